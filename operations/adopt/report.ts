import { stringify } from "yaml";
import { plural, seconds } from "../output";
import type { Change, Failure, Pass, RehearsalReport } from "../rehearse/report";
import type { Obstacle } from "./obstacles";
import type { Plan, Stage } from "./plan";

/** One imported resource. */
export interface Imported {
  readonly urn: string;
  /** Type and name, as in `s3.Bucket documents`. */
  readonly resource: string;
  readonly id: string;
}

/** What one deployment of an adoption did. */
export interface StageReport extends Pick<Stage, "name" | "title"> {
  /** What the stack file says from this stage on, by key. */
  readonly config: Record<string, unknown>;
  /** The same as text to put into the stack file. */
  readonly file: string;
  readonly imported: Imported[];
  readonly changes: RehearsalReport["changes"];
  readonly passes: Pass[];
}

/** What `./prism adopt --json` prints. */
export interface AdoptionReport {
  verb: "adopt";
  program: string;
  environment: string;
  inventory: string;
  ok: boolean;
  exitCode: number;
  failure?: Failure;
  /** What stands against adopting something as it is, with the way around; nothing was started then. */
  obstacles: readonly Obstacle[];
  /** What is not imported, with the reason. */
  retired: Plan["retired"];
  stages: StageReport[];
  policies: RehearsalReport["policies"];
  notes: string[];
  location: { directory: string; state: string; world: string };
  seconds: number;
}

/** The report for people. */
export function formatAdoption(report: AdoptionReport): string {
  const { program, environment, stages, retired, ok, notes } = report;
  const verdict = ok ? "rehearsed" : "FAILED";
  return `${[
    [
      `${program} ${environment}: adoption ${verdict}, ${plural(stages.length, "deployment")}, ${seconds(report.seconds)}`,
    ],
    ...stages.map((stage, index) => stageLines(stage, index)),
    ["Not imported:", ...retired.map(({ what, id, why }) => `  ${what} ${id}: ${why}`)],
    ...stages
      .slice(0, 1)
      .map(({ config, file }) => [
        `For the first deployment, Pulumi.${environment}.yaml takes these keys (${file}):`,
        "",
        ...indented(stringify(config)),
      ]),
    [
      ...notes.map((note) => `Note: ${note}`),
      "What is done by hand between the deployments, and the way back at each: docs/adopting.md",
    ],
  ]
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function stageLines({ title, imported, changes }: StageReport, index: number): string[] {
  const ofImport = new Set(imported.map(({ urn }) => urn));
  const created = changes.created.filter(({ urn }) => !ofImport.has(urn));
  const counts = [
    [imported.length, "imported"],
    [created.length, "created"],
    [changes.updated.length, "updated"],
    [changes.replaced.filter(({ urn }) => !ofImport.has(urn)).length, "replaced"],
    [changes.deleted.length, "deleted"],
  ].map(([count, how]) => `${count} ${how}`);
  const updated = new Map(changes.updated.map((change) => [change.urn, change]));
  return [
    `Deployment ${index + 1}: ${title}`,
    `  ${counts.join(", ")}`,
    ...imported.map(({ urn, resource, id }) => {
      const change = updated.get(urn);
      return `  import ${resource}${id ? ` (${id})` : ""}${change ? `; then changed in place: ${properties(change)}` : ""}`;
    }),
    ...changes.updated
      .filter(({ urn }) => !ofImport.has(urn))
      .map((change) => `  update ${change.resource}: ${properties(change)}`),
    ...changes.replaced
      .filter(({ urn }) => !ofImport.has(urn))
      .map((change) => `  replace ${change.resource}: ${properties(change)}`),
    ...changes.deleted.map(({ resource }) => `  delete ${resource}`),
  ];
}

/** The arguments that change, without what is below them. */
function properties({ properties: paths }: Change): string {
  return [...new Set(paths.map((path) => path.split(/[.[]/)[0]!))].sort().join(", ");
}

/** Obstacles for people: what, why, and what to do instead. */
export function obstacleLines(obstacles: readonly Obstacle[]): string[] {
  return obstacles.flatMap(({ key, why, instead }) => [
    `  ${key}: ${why}`,
    ...instead.map((step, index) => `    ${index + 1}. ${step}`),
  ]);
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
}
