import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { DeployReport } from "../../operations/deploy/report";
import { copyOfThisCheckout, run, temporaryDirectory } from "../operations/prism";
import { pulumiCli } from "../support/pulumi-cli";
import { SimulatedAccount } from "../support/simulated-account";
import { named } from "./support";

const ROLE = "aws:iam/role:Role";
const PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";

// The steps of docs/runbooks/recover-deploy-role.md, in its order.
describe("losing the role that deploys", function () {
  this.timeout(600_000);
  const directory = temporaryDirectory();
  const checkout = path.join(directory, "checkout");
  let cli: string;
  let account: SimulatedAccount;
  let others: string[];

  const prism = async (verb: string, ...args: string[]): Promise<DeployReport> => {
    const line = [verb, "production", "--program", "account", "--json", ...args];
    const { stdout, stderr } = await run(path.join(checkout, "prism"), line, { cwd: checkout, env: account.env });
    assert.ok(stdout, stderr);
    return JSON.parse(stdout) as DeployReport;
  };
  const pulumi = async (...args: string[]): Promise<void> => {
    const options = ["--non-interactive", "--stack", "production"];
    const ended = await run(cli, [...args, ...options], { cwd: path.join(checkout, "account"), env: account.env });
    assert.equal(ended.code, 0, ended.stderr);
  };
  const idsOfOthers = () =>
    account.world
      .resources()
      .filter(({ name, type }) => !name.includes("deploy") && type !== PROVIDER)
      .map(({ id }) => id)
      .sort();

  before(async function () {
    cli = await pulumiCli(this);
    copyOfThisCheckout(checkout);
    const stackFile = path.join(checkout, "account", "Pulumi.production.yaml");
    fs.appendFileSync(stackFile, "  ai-prism-account:github:\n    repository: example/infrastructure\n");
    account = await SimulatedAccount.start(path.join(directory, "aws"), "111122223333", cli);
    await pulumi("stack", "init");
    const report = await prism("up", "--yes");
    assert.equal(report.ok, true, JSON.stringify([report.failure, report.violations]));
    others = idsOfOthers();
  });

  after(() => account?.stop());

  it("shows as drift once somebody has deleted it, with what belonged to it", async () => {
    const role = account.world.ofType(ROLE).find(({ id }) => id === "ai-prism-deploy");
    assert.ok(role);
    const lost = account.world
      .resources()
      .filter(({ id, inputs, type }) => id === role.id || inputs.role === role.id || type === PROVIDER);
    assert.ok(lost.length > 2, "role, policies, identity provider");
    for (const { urn, id } of lost) account.world.remove(urn, id);
    const { failure, changes } = await prism("drift");
    assert.equal(failure?.kind, "drift");
    assert.ok(named(changes).deleted.some((one) => one.startsWith("iam.Role")));
  });

  it("is made again under its name by the account's program, and nothing else is touched", async () => {
    await pulumi("refresh", "--yes", "--skip-preview");
    const plan = named((await prism("preview")).changes);
    assert.deepEqual([plan.replaced, plan.deleted], [[], []]);
    const report = await prism("up", "--yes");
    assert.equal(report.ok, true, JSON.stringify([report.failure, report.violations]));
    assert.ok(account.world.ofType(ROLE).some(({ id }) => id === "ai-prism-deploy"));
    assert.deepEqual(idsOfOthers(), others);
  });

  it("leaves nothing to find afterwards", async () => {
    const { ok, failure } = await prism("drift");
    assert.equal(ok, true, JSON.stringify(failure));
  });
});
