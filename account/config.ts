import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import { LOG_RETENTION_DAYS } from "../catalog/log-retention";
import { REGIONS, type Region } from "../catalog/regions";
import { z } from "zod";
import { ConfigurationError, flag, list, readSections, section, text, whole, type Settings } from "../infra/validation";

const PROJECT = "ai-prism-account";

const logRetention = z.literal(LOG_RETENTION_DAYS, {
  error: `a number of days CloudWatch Logs offers: ${LOG_RETENTION_DAYS.join(", ")}`,
});

/** The stack file of an account, one entry per top-level key of namespace `ai-prism-account`. */
export const SECTIONS = {
  accountId: text(/^\d{12}$/, "the 12 digits of the AWS account, in quotes"),
  owner: text(/^[\w .@-]{1,64}$/, "1 to 64 letters, digits, spaces or . @ _ -").default("platform"),
  audit: section({
    retentionInDays: whole(90, 3650).default(730),
    logRetentionInDays: logRetention.default(90),
  }).prefault({}),
  modelInvocationLog: section({
    text: flag().default(false),
    retentionInDays: logRetention.default(30),
  }).prefault({}),
  github: section({
    repository: text(/^[\w.-]+\/[\w.-]+$/, "a repository as owner/name").optional(),
    environment: text(/^[\w.-]{1,64}$/, "the name of a GitHub environment").default("production"),
    branch: text(/^[\w./-]{1,100}$/, "the name of a branch").default("main"),
    previewSecretArns: list(
      text(/^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/, "the ARN of a secret"),
      "ARNs of secrets",
    ).default([]),
  }).prefault({}),
} as const;

/** Keys of namespace `ai-prism-account` that a stack file may hold. */
export const CONFIG_KEYS = Object.keys(SECTIONS);

/** The validated configuration of one account. */
export interface AccountConfig extends Settings<typeof SECTIONS> {
  /** The stack's name, which names the account: `production`, `staging`, `dev`, … */
  readonly stack: string;
  readonly region: Region;
}

/**
 * The running stack's configuration.
 *
 * @throws ConfigurationError naming every fault at once.
 */
export function loadConfig(): AccountConfig {
  return validateConfig(pulumi.getStack(), allConfig());
}

/**
 * Validates raw configuration as the engine hands it over.
 *
 * @throws ConfigurationError naming every fault at once.
 */
export function validateConfig(stack: string, raw: Readonly<Record<string, string>>): AccountConfig {
  const { settings, faults } = readSections(PROJECT, SECTIONS, raw, "docs/account.md");
  const region = raw["aws:region"];
  if (region === undefined || !(region in REGIONS)) {
    faults.push({ key: "aws:region", value: region, allowed: `one of ${Object.keys(REGIONS).join(", ")}` });
  }
  if (faults.length > 0) throw new ConfigurationError(stack, faults, "account/");
  return { ...(settings as Settings<typeof SECTIONS>), stack, region: region as Region };
}
