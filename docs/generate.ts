// `npm run docs` writes the generated parts of the documentation anew; with --check it fails when they are not current.
import * as fs from "node:fs";
import * as path from "node:path";
import { AWS_CALLS, AWS_OUTPUTS } from "../test/support/aws-outputs";
import { runMocked } from "../test/support/mocks";
import { ENVIRONMENTS, ROOT, stackFile } from "../test/support/stack-files";
import { SECTIONS as ACCOUNT_SECTIONS } from "../account/config";
import { alarmSpecs, runbookOf } from "../infra/alarms";
import { SECTIONS, validateConfig } from "../infra/config";
import { PRICES } from "../catalog/prices";
import { handMadeRows } from "../operations/cost/hand-made";
import { handMadeTable, priceTable } from "../operations/cost/tables";
import { toMarkdown } from "../operations/table";
import { graphOf, mermaid } from "./diagram";
import { rules } from "../policies/rules";
import { detectionTable, mutationsTable, untouchedTable, variantsTable } from "./mutation-tables";
import { controlsTable, guardsTable, leftOutTable, parametersTable, peersTable, rulesTables } from "./policy-tables";
import { INVENTORY } from "../operations/adopt/inventory";
import { settingsTable } from "./settings";

type Generator = () => string | Promise<string>;

/** Generated parts by file and by the name in their markers, `<!-- generated: NAME -->` to `<!-- end: NAME -->`. */
const PARTS: Readonly<Record<string, Readonly<Record<string, Generator>>>> = {
  "README.md": { diagram, environments },
  "docs/cost.md": {
    "hand-made": () => toMarkdown([handMadeTable(handMadeRows())], 0),
    prices: () => toMarkdown([priceTable(PRICES)], 0),
  },
  "docs/environments.md": { settings: () => settingsTable("ai-prism", SECTIONS) },
  "docs/policies.md": {
    guards: guardsTable,
    parameters: () => parametersTable(rules),
    rules: () => rulesTables(rules),
    controls: () => controlsTable(rules),
    "left-out": leftOutTable,
    peers: peersTable,
    detection: detectionTable,
    mutations: mutationsTable,
    variants: variantsTable,
    untouched: untouchedTable,
  },
  "docs/runbooks/README.md": { alarms },
  "docs/adopting.md": { inventory: () => settingsTable("", INVENTORY.shape) },
  "docs/account.md": { settings: () => settingsTable("ai-prism-account", ACCOUNT_SECTIONS) },
};

async function diagram(): Promise<string> {
  const { resources } = await runMocked(() => (require(`${ROOT}/`) as () => Promise<unknown>)(), {
    stack: "production",
    config: stackFile("production"),
    outputs: AWS_OUTPUTS,
    calls: AWS_CALLS,
  });
  return `\`\`\`mermaid\n${mermaid(graphOf(resources))}\n\`\`\``;
}

function environments(): string {
  const configs = ENVIRONMENTS.map((name) =>
    validateConfig(name, stackFile(name), new Date().toISOString().slice(0, 10)),
  );
  const rows: [string, (config: (typeof configs)[number]) => string | number][] = [
    ["Instances", ({ application: a }) => `${a.minInstances}–${a.maxInstances} × ${a.instanceType}`],
    ["Zones, NAT", ({ network: n }) => `${n.availabilityZones}, ${n.natGateways}`],
    [
      "PostgreSQL",
      ({ database: d }) => `${d.instanceClass}${d.multiAz ? ", two zones" : ""}${d.proxy ? ", RDS Proxy" : ""}`,
    ],
    ["Redis", ({ redis: r }) => `${r.nodes} × ${r.nodeType}`],
    ["Connections per process", ({ pool: p }) => `${p.size} + ${p.overflow}`],
    ["Monthly budget", ({ budget: b }) => `${b.monthlyLimitUsd} USD`],
    ["Protected data", ({ disposable }) => (disposable ? "no: disposable" : "yes")],
  ];
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...ENVIRONMENTS]),
    line(["---", ...ENVIRONMENTS.map(() => "---")]),
    ...rows.map(([title, cell]) => line([title, ...configs.map(cell)])),
  ].join("\n");
}

function alarms(): string {
  const specs = alarmSpecs<string>({
    modelIds: ["one model"],
    environmentName: "",
    autoScalingGroupName: "",
    loadBalancer: "",
    redisClusterIds: [""],
    databaseIdentifier: "",
    databaseMaxConnections: 0,
    databaseAllocatedGiB: 0,
    bucket: { name: "", replicaName: "", ruleId: "" },
    distributionId: "",
    certificateArn: "",
    webAclName: "",
    global: "",
    allRules: "",
  });
  return [
    "| alarm, after `AI-Prism-` | means |",
    "| --- | --- |",
    ...specs.map((spec) => `| [${spec.what.replace("one-model", "`model`")}](${runbookOf(spec)}) | ${spec.meaning} |`),
  ].join("\n");
}

/** Files whose generated parts were not current; they are now, unless only checked. */
export async function generate(check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [file, parts] of Object.entries(PARTS)) {
    const absolute = path.join(ROOT, file);
    const before = fs.readFileSync(absolute, "utf8");
    let after = before;
    for (const [name, generator] of Object.entries(parts)) {
      const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
      const [head, rest] = split(after, start, file);
      const [, tail] = split(rest, end, file);
      after = `${head}${start}\n\n${await generator()}\n\n${end}${tail}`;
    }
    const { format, resolveConfig } = await import("prettier");
    after = await format(after, { ...(await resolveConfig(absolute)), filepath: absolute });
    if (after === before) continue;
    stale.push(file);
    if (!check) fs.writeFileSync(absolute, after);
  }
  return stale;
}

function split(text: string, at: string, file: string): [string, string] {
  const index = text.indexOf(at);
  if (index < 0) throw new Error(`${file}: ${at} is missing`);
  return [text.slice(0, index), text.slice(index + at.length)];
}

if (require.main === module) {
  const check = process.argv.includes("--check");
  void generate(check).then((stale) => {
    if (stale.length === 0) return;
    process.stdout.write(`${check ? "not current" : "written"}: ${stale.join(", ")}\n`);
    process.exitCode = check ? 1 : 0;
  });
}
