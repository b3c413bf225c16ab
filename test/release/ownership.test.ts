import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { RehearsalReport } from "../../operations/rehearse/report";
import { World } from "../../rehearsal";
import { drift } from "../../rehearsal/drift";
import { copyOfThisCheckout, run, temporaryDirectory } from "../operations/prism";
import { pulumiCli } from "../support/pulumi-cli";

const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";
const VERSION = "aws:elasticbeanstalk/applicationVersion:ApplicationVersion";
const RELEASED = "v-ffffffffffff";
const PATCHED = "64bit Amazon Linux 2023 v4.99.0 running Python 3.11";

describe("the program, after a release", function () {
  this.timeout(300_000);
  const folder = temporaryDirectory();
  const checkout = path.join(folder, "checkout");
  const worldFile = path.join(folder, "prism", "rehearsals", "ai-prism", "dev", "world.json");
  let cli: string;

  before(async function () {
    cli = await pulumiCli(this);
    copyOfThisCheckout(checkout);
  });

  const world = (): World => World.load(worldFile, { accountId: "777788889999", region: "eu-north-1" });
  const environment = () => world().ofType(ENVIRONMENT)[0]!;
  const up = async (): Promise<RehearsalReport> => {
    const env = { PRISM_DIR: path.join(folder, "prism"), PRISM_PULUMI: cli };
    const { code, stdout, stderr } = await run(path.join(checkout, "prism"), ["rehearse", "dev", "--json"], { env });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as RehearsalReport;
  };

  it("changes an option setting and leaves the version that was released, and the platform that was patched", async () => {
    await up();
    const now = world();
    const [initial] = now.ofType(VERSION);
    const { inputs, outputs } = initial!;
    now.put({
      ...initial!,
      urn: `${initial!.urn}-released`,
      generation: undefined,
      id: RELEASED,
      inputs: { ...inputs, name: RELEASED },
      outputs: { ...outputs, name: RELEASED },
    });
    const resource = "elasticbeanstalk.Environment application";
    drift(now, [{ resource, set: { version: RELEASED, solutionStackName: PATCHED } }]);
    now.save();

    const file = path.join(checkout, "Pulumi.dev.yaml");
    const changed = fs.readFileSync(file, "utf8").replace("maxInstances: 2", "maxInstances: 4");
    fs.writeFileSync(file, changed);
    // Whatever version the program would bring a new environment up with by now.
    fs.appendFileSync(path.join(checkout, "app", "reference", "clock.py"), "\n# changed\n");
    const report = await up();
    const settings = environment().inputs.settings as { name: string; value: string }[];
    assert.equal(settings.find(({ name }) => name === "MaxSize")?.value, "4");
    assert.deepEqual([environment().inputs.version, environment().outputs.version], [RELEASED, RELEASED]);
    assert.equal(environment().outputs.solutionStackName, PATCHED);
    assert.equal(report.ok, true);
  });
});
