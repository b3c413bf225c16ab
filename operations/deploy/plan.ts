import { plural } from "../output";
import { propertyList } from "../rehearse/report";
import type { DeployReport } from "./report";

const signs = { created: "+", updated: "~", replaced: "±", deleted: "-" } as const;

/** The changes of a plan, one line each, and what the policies say. */
export function formatPlan({ verb, changes, applied, violations, waiting }: DeployReport): string {
  const lines = (Object.keys(signs) as (keyof typeof signs)[]).flatMap((kind) =>
    changes[kind].map(({ resource, properties }) => `  ${signs[kind]} ${resource}${propertyList(properties)}`),
  );
  const counted = (Object.keys(signs) as (keyof typeof signs)[]).filter((kind) => changes[kind].length > 0);
  const summary = counted.map((kind) => `${changes[kind].length} ${kind}`).join(", ") || "nothing to change";
  const title = verb === "drift" ? "Changed past Pulumi" : applied ? "Done" : "Plan";
  const checks = Object.values(waiting).reduce((sum, count) => sum + count, 0);
  const broken = violations.map(({ level, policy, resource, message }) => {
    return `  ${level === "mandatory" ? "✗" : "!"} ${policy}: ${resource}: ${message.split("\n").at(-1)}`;
  });
  return [
    `${title}: ${summary}`,
    ...lines,
    `Policies: ${plural(broken.length, "finding")}${checks > 0 ? `; ${plural(checks, "check")} wait for \`up\`` : ""}`,
    ...broken,
  ].join("\n");
}
