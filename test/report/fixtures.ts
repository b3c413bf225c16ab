import { SECTIONS } from "../../infra/config";
import type { Assumptions, Stack } from "../../operations/cost/source";
import { checkpointResources } from "../../policies/checkpoint";
import { stackFile } from "../support/stack-files";

/** A resource of an export; what is left out is empty. */
export interface Exported {
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  readonly custom?: boolean;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  /** URNs by property. */
  readonly from?: Record<string, string[]>;
  readonly additionalSecretOutputs?: string[];
}

export const STACK = "pulumi:pulumi:Stack";

/** The URN that a resource of the fixtures has. */
export const urnOf = (type: string, name: string): string => `urn:pulumi:live::shop::${type}::${name}`;

/** A value that the state marks as secret, in plain text as in an export with secrets shown. */
export const secret = (value: unknown): Record<string, unknown> => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

/** An export of a stack `live` of a program `shop`. */
export function exportOf(resources: readonly Exported[], outputs: Record<string, unknown> = {}): unknown {
  const root = { type: STACK, name: "shop-live", custom: false, outputs };
  return {
    version: 3,
    deployment: {
      resources: [root, ...resources].map(({ type, name, from = {}, custom = true, parent, ...rest }: Exported) => ({
        urn: urnOf(type, name),
        type,
        custom,
        ...(type !== STACK && { parent: parent ?? urnOf(STACK, "shop-live") }),
        dependencies: [...new Set(Object.values(from).flat())],
        propertyDependencies: from,
        ...rest,
      })),
    },
  };
}

/** An export as the verbs read it, by default without any usage. */
export function stackOf(checkpoint: unknown, settings?: Assumptions, title = "a file"): Stack {
  return { resources: checkpointResources(checkpoint), checkpoint, title, notes: [], ...(settings && { settings }) };
}

/** What production's stack file assumes. */
export function productionSettings(): Assumptions {
  const file = stackFile("production");
  const section = (name: "usage" | "models" | "database"): unknown =>
    SECTIONS[name].parse(JSON.parse(file[`ai-prism:${name}`] ?? "{}"));
  return { usage: section("usage"), models: section("models"), database: section("database") } as Assumptions;
}

/** A name that would do something if a page took it for markup. */
export const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>'&amp;\u202e`;

/** A stack of another program: types without prices, hostile names, nothing that reports itself. */
export function foreignExport(): unknown {
  return exportOf(
    [
      { type: `shop:index:${HOSTILE}`, name: HOSTILE, custom: false },
      {
        type: "aws:foo/bar:Bar",
        name: HOSTILE,
        parent: urnOf(`shop:index:${HOSTILE}`, HOSTILE),
        id: HOSTILE,
        inputs: { [HOSTILE]: HOSTILE, nested: { list: [HOSTILE] }, document: JSON.stringify({ text: HOSTILE }) },
      },
      { type: "gcp:storage/bucket:Bucket", name: "elsewhere", inputs: { location: "EU" } },
    ],
    { [HOSTILE]: { [HOSTILE]: HOSTILE } },
  );
}
