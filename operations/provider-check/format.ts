import { groupBy } from "../group-by";
import type { Finding } from "./index";

/** The findings as text, a line each; what could not be checked for one reason on one line, with how often. */
export function formatFindings(findings: readonly Finding[]): string[] {
  const judged = findings.filter(({ severity }) => severity !== "unchecked");
  const unchecked = findings.filter(({ severity }) => severity === "unchecked");
  const groups = groupBy(unchecked, ({ path, message }) => JSON.stringify([path.replace(/\[\d+\]/g, ""), message]));
  return [...judged.map(formatFinding), ...[...groups.values()].map(formatGroup)];
}

function formatFinding({ severity, resource, type, path, message }: Finding): string {
  return `${severity}: ${resource} (${type})${path ? ` ${path}` : ""}: ${message}`;
}

function formatGroup(group: Finding[]): string {
  const [first] = group as [Finding, ...Finding[]];
  const resources = new Set(group.map(({ resource, type }) => `${resource} ${type}`)).size;
  if (resources === 1) return formatFinding(first);
  const path = first.path.replace(/\[\d+\]/g, "[]");
  return `unchecked: ${resources} resources${path ? ` ${path}` : ""}: ${first.message}`;
}
