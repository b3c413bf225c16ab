import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import type { Region } from "../catalog/regions";
import {
  ConfigurationError,
  flag,
  list,
  logRetention,
  OWNERSHIP,
  readSections,
  regionFaults,
  section,
  text,
  whole,
  type Settings,
} from "../infra/validation";

const PROJECT = "ai-prism-account";

/** The stack file of an account, one entry per top-level key of namespace `ai-prism-account`. */
export const SECTIONS = {
  ...OWNERSHIP,
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
  faults.push(...regionFaults(region));
  if (faults.length > 0) throw new ConfigurationError(stack, faults, "account/");
  return { ...(settings as Settings<typeof SECTIONS>), stack, region: region as Region };
}
