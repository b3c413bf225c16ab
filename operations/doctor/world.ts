import type { DeploymentOutputs } from "../../outputs";
import type { Deployment } from "../rehearse/state";
import type { Aws } from "../aws";

/** The outputs that verifying needs: a stack without one of them cannot be verified. */
export const OUTPUTS = [
  "accountId",
  "regions",
  "url",
  "application",
  "network",
  "redis",
  "database",
  "storage",
  "models",
  "cdn",
  "firewall",
  "alerts",
  "monitoring",
] as const satisfies readonly (keyof DeploymentOutputs)[];

/** What checks look at: an environment as its stack says it is, and AWS, which may say otherwise. */
export interface World {
  readonly environment: string;
  readonly outputs: Pick<DeploymentOutputs, (typeof OUTPUTS)[number]>;
  /** What the backend holds of the stack. */
  readonly deployment: Deployment;
  readonly aws: Aws;
  /** When the verb began. */
  readonly now: Date;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `3 min`, `5 h`, `12 days`: how long ago something was, or how far off it is. */
export function duration(milliseconds: number): string {
  const value = Math.abs(milliseconds);
  if (value < 2 * HOUR) return `${Math.round(value / MINUTE)} min`;
  if (value < 2 * DAY) return `${Math.round(value / HOUR)} h`;
  return `${Math.round(value / DAY)} days`;
}
