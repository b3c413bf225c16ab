import * as fs from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import type { HandMade } from "../../rehearsal";
import { checkpointResources } from "../../policies/checkpoint";
import { type JudgedResource, type RunSettings, evaluate, findingText } from "../../policies/evaluate";
import { rules } from "../../policies/rules";
import { UsageError, systemCode } from "../errors";
import type { Failure, Violation } from "./report";
import { describeResource, readState } from "./state";

export { settingsOf } from "../policy/settings";

const change = z
  .strictObject({
    resource: z.string().min(1),
    set: z.record(z.string().min(1), z.unknown()).optional(),
    delete: z.literal(true).optional(),
  })
  .refine(({ set, delete: gone }) => (set !== undefined) !== (gone !== undefined), "needs either set or delete: true");

const driftFile = z.strictObject({ changes: z.array(change).min(1) });

/**
 * Reads a file of changes made by hand: `changes`, a list of `resource` with `set` (values by property path) or
 * `delete: true`.
 *
 * @throws UsageError naming every fault of the file
 */
export function readDriftFile(file: string): HandMade[] {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--drift ${file} cannot be read: ${systemCode(error) ?? String(error)}`);
  }
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new UsageError(`--drift ${file} is not valid YAML: ${String(error).split("\n")[0]}`);
  }
  const result = driftFile.safeParse(document);
  if (result.success) return result.data.changes;
  const faults = result.error.issues.map(({ path, message }) => `  ${path.join(".") || "the file"}: ${message}`);
  throw new UsageError(`--drift ${file} is refused:\n${faults.join("\n")}`);
}

/** What the policies find in a state. */
export function violationsIn(stateFile: string, settings: RunSettings): Violation[] {
  return violationsOf(checkpointResources(readState(stateFile)), settings);
}

/** What the policies find in resources. */
export function violationsOf(resources: JudgedResource[], settings: RunSettings): Violation[] {
  return evaluate(rules, resources, settings).violations.map((finding) => ({
    policy: finding.rule,
    level: finding.enforcement,
    resource: describeResource(finding.urn),
    urn: finding.urn,
    // What an exemption lets pass is said with its reason, as the engine says it.
    message: finding.exemption ? findingText(finding, byId.get(finding.rule)!) : finding.message,
  }));
}

const byId = new Map(rules.map((rule) => [rule.id, rule]));

/** The violations that were not there before. */
export function newViolations(before: readonly Violation[], after: readonly Violation[]): Violation[] {
  const key = ({ policy, urn, message }: Violation): string => JSON.stringify([policy, urn, message]);
  const known = new Set(before.map(key));
  return after.filter((violation) => !known.has(key(violation)));
}

/** Drift that a mandatory policy forbids fails the rehearsal; any other is only told. */
export function forbidden(violations: readonly Violation[]): Failure | undefined {
  if (!violations.some(({ level }) => level === "mandatory")) return undefined;
  return { kind: "policy", message: "what was changed by hand breaks mandatory policies", details: [] };
}
