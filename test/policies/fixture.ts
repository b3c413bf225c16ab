import type { ResourceData } from "../../policies/resource";
import { resource } from "./support";

/** Makes fixtures of one type: the properties that comply, changed by what a case is about. */
export function fixture(type: string, compliant: Record<string, unknown> = {}) {
  return (change: Record<string, unknown> = {}, more: Parameters<typeof resource>[3] = {}): ResourceData[] => [
    resource(type, "x", { ...compliant, ...change }, more),
  ];
}

/** The same resources as they would be in another stack. */
export function inStack(stack: string, resources: readonly ResourceData[]): ResourceData[] {
  return resources.map((one) => ({ ...one, urn: one.urn.replace(/^urn:pulumi:[^:]*::/, `urn:pulumi:${stack}::`) }));
}

/** A policy document of these statements, as text. */
export function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
