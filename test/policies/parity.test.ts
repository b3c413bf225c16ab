import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkpointResources } from "../../policies/checkpoint";
import type { Configuration } from "../../policies/configuration";
import { coverageId, coverageText, evaluate, findingText, type JudgedResource } from "../../policies/evaluate";
import { readExemptions } from "../../policies/exemptions-file";
import { guards } from "../../policies/guards";
import { rules } from "../../policies/rules";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked } from "../support/mocks";
import { ROOT, stackFile } from "../support/stack-files";
import { packFolder, PolicyServer } from "./server";
import { unknown } from "./support";

const levels = { advisory: 0, mandatory: 1, disabled: 2 };

/** Everything that the server reports, as sorted lines. */
async function served(server: PolicyServer, resources: JudgedResource[]): Promise<string[]> {
  const found = await server.judge(resources);
  return found.map((one) => `${one.policy} ${one.enforcement} ${one.severity} ${one.urn}\n${one.message}`).sort();
}

/** The same of the evaluation without a server. */
function evaluated(...args: Parameters<typeof evaluate>): string[] {
  const severities = ["", "low", "medium", "high", "critical"];
  const result = evaluate(...args);
  const lines = result.violations.map((finding) => {
    const rule = rules.find(({ id }) => id === finding.rule);
    const title = (rule ?? guards.find(({ id }) => id === finding.rule))!.title;
    const text = rule ? findingText(finding, rule) : finding.message;
    const { enforcement, severity, urn } = finding;
    return `${finding.rule} ${levels[enforcement]} ${severities.indexOf(severity)} ${urn}\n${title}\n${text}`;
  });
  const coverage = coverageText(result);
  const { title } = guards.find(({ id }) => id === coverageId)!;
  return [...lines, ...(coverage ? [`${coverageId} 0 1 \n${title}\n${coverage}`] : [])].sort();
}

/** Production as an export would show it. */
async function production(): Promise<JudgedResource[]> {
  const { resources } = await runMocked(() => (require(`${ROOT}/`) as () => Promise<unknown>)(), {
    stack: "production",
    config: stackFile("production"),
    outputs: AWS_OUTPUTS,
    calls: AWS_CALLS,
  });
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as never;
  // The mocks' own URNs leave the types of parents out.
  const urn = (full: string) => full.replace(/::[^:]*(?::[^:]+)*\$/, "::");
  const judged = resources.map((one) => ({
    ...one,
    inputs: plain(one.inputs),
    outputs: plain(one.outputs),
    parent: one.parent && urn(one.parent),
    dependencies: one.dependencies.map(urn),
    propertyDependencies: Object.fromEntries(
      Object.entries(one.propertyDependencies).map(([property, urns]) => [property, urns.map(urn)]),
    ),
  }));
  return checkpointResources({ version: 3, deployment: { resources: judged } });
}

/** A generator of the same numbers in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Takes values away, hides them, or turns them round, in one resource of eight. */
function damage(resources: readonly JudgedResource[], pick: (below: number) => number): JudgedResource[] {
  const change = (properties: Record<string, unknown>) => {
    const names = Object.keys(properties);
    const name = names[pick(Math.max(1, names.length))];
    if (name === undefined) return properties;
    const values = [undefined, unknown, !properties[name], [], "x"];
    return JSON.parse(JSON.stringify({ ...properties, [name]: values[pick(values.length)] })) as typeof properties;
  };
  return resources.map((resource) =>
    pick(8) > 0
      ? resource
      : {
          ...resource,
          protect: pick(2) === 0,
          inputs: change(resource.inputs ?? {}),
          properties: change(resource.properties),
        },
  );
}

describe("The policy server and the evaluation without it", function () {
  this.timeout(120_000);
  let stack: JudgedResource[];
  let server: PolicyServer;

  before(async () => {
    execFileSync(process.execPath, [path.join(packFolder, "build.mjs")], { stdio: "inherit" });
    stack = await production();
    server = await PolicyServer.start();
  });
  after(() => server.stop());
  // A configuration begins another run.
  beforeEach(() => server.configure({}));

  it("say the same of production", async () => {
    assert.deepEqual(await served(server, stack), evaluated(rules, stack));
  });

  for (let seed = 1; seed <= 4; seed++) {
    it(`say the same of damaged production, in every word (${seed})`, async () => {
      const damaged = damage(stack, numbers(seed));
      const expected = evaluated(rules, damaged);
      assert.ok(expected.length > 5, "the damage breaks rules");
      assert.deepEqual(await served(server, damaged), expected);
    });
  }

  it("say the same under exemptions and a configuration", async () => {
    const damaged = damage(stack, numbers(7));
    const broken = evaluate(rules, damaged).violations.filter(({ enforcement }) => enforcement === "mandatory");
    const [exempted, other] = broken;
    assert.ok(exempted && other);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "parity-"));
    const file = path.join(folder, "policy-exemptions.yaml");
    const entry = { rule: exempted.rule, resource: exempted.urn, owner: "tests", expires: soon() };
    const reason = "Needed by the tests of the pack";
    const wrong = { rule: "no-such-rule", resource: other.urn, owner: "tests", expires: soon(), reason };
    // JSON is YAML.
    fs.writeFileSync(file, JSON.stringify({ exemptions: [{ ...entry, reason }, wrong] }));
    const configuration: Configuration = {
      "kms-rotation": { level: "disabled" },
      "rds-backup-retention": { level: "mandatory", parameters: { minDays: 20 } },
      "s3-tls-onyl": { level: "mandatory" },
      "log-group-retention": { level: "mandatory", parameters: { mindays: 20 } },
    };
    const running = await PolicyServer.start(packFolder, { POLICY_EXEMPTIONS: file });
    try {
      await running.configure(
        Object.fromEntries(
          Object.entries(configuration).map(([id, { level, parameters }]) => [
            id,
            { enforcement: levels[level!], parameters },
          ]),
        ),
      );
      const exemptions = readExemptions(file, rules, new Date().toISOString().slice(0, 10));
      const expected = evaluated(rules, damaged, { configuration, exemptions });
      assert.deepEqual(await served(running, damaged), expected);
      assert.ok(expected.some((line) => line.includes("Exempted until")));
      for (const what of [
        /kms-rotation is disabled/,
        /no rule "s3-tls-onyl"/,
        /"mindays"/,
        /"no-such-rule" does not/,
      ]) {
        assert.ok(
          expected.some((line) => what.test(line)),
          String(what),
        );
      }
    } finally {
      running.stop();
      fs.rmSync(folder, { recursive: true });
    }
  });
});

/** A day next month. */
function soon(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
}
