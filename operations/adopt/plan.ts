import { importsOf, type Import } from "../../infra/adoption";
import { validateConfig, type PrismConfig } from "../../infra/config";
import { physicalNames, type PhysicalNames } from "../../infra/names";
import { ConfigurationError, type Fault } from "../../infra/validation";
import { UsageError } from "../errors";
import { isMapping, type StackConfig } from "../program";
import type { Inventory } from "./inventory";
import { faultsOf, obstaclesTo, type Obstacle } from "./obstacles";
import { retiredOf, type Retired } from "./retired";

/** One deployment of the adoption, with the configuration that it is made with. */
export interface Stage {
  readonly name: "import" | "move" | "retire";
  readonly title: string;
  /** The whole stack configuration of this stage. */
  readonly config: StackConfig;
  /** Keys of the stack file that differ from it, with their values. */
  readonly changed: StackConfig;
  readonly imports: readonly Import[];
}

/** How a deployment made by hand is taken over. */
export interface Plan {
  /** None while there are faults or obstacles. */
  readonly stages: readonly Stage[];
  readonly retired: readonly Retired[];
  /** Names and ids of the inventory that are no part of this program. */
  readonly faults: readonly Fault[];
  readonly obstacles: readonly Obstacle[];
}

/**
 * Works out how an environment adopts what an inventory lists. Nothing is asked of AWS.
 *
 * @throws UsageError for a stack file that the program would refuse
 */
export function planAdoption(environment: string, stack: StackConfig, raw: RawConfig, inventory: Inventory): Plan {
  const validated = (config: StackConfig): PrismConfig => {
    try {
      return validateConfig(environment, raw(config), new Date().toISOString().slice(0, 10));
    } catch (error) {
      if (error instanceof ConfigurationError) throw new UsageError(error.message);
      throw error;
    }
  };
  const own = validated(stack);
  const names = physicalNames(environment, own.accountId);
  const plan = {
    retired: retiredOf(inventory),
    faults: faultsOf(inventory, own, physicalNames(environment, own.accountId, inventory.nameSuffix)),
    obstacles: obstaclesTo(inventory, own, names),
  };
  if (plan.faults.length > 0 || plan.obstacles.length > 0) return { ...plan, stages: [] };

  const imported = adopted(stack, inventory, names, own);
  const moved = movedTo(imported, stack, inventory);
  const stage = (name: Stage["name"], title: string, changed: StackConfig): Stage => {
    const config = { ...stack, ...changed };
    const { adopt, cdn } = validated(config);
    return { name, title, config, changed, imports: importsOf(adopt, cdn.domain) };
  };
  return {
    ...plan,
    stages: [
      stage("import", "import, and build the rest beside the old deployment", imported),
      ...(moved ? [stage("move", "move the traffic over", { ...imported, ...moved })] : []),
      stage("retire", "let go of the old deployment", withoutOld({ ...imported, ...moved })),
    ],
  };
}

/** Turns a stack file's values into what the engine hands the program. */
export type RawConfig = (config: StackConfig) => Record<string, string>;

/** What the stack file says while the old deployment serves. */
function adopted(
  stack: StackConfig,
  { bucket, database, network, application, ...inventory }: Inventory,
  own: PhysicalNames,
  settings: PrismConfig,
): StackConfig {
  return {
    "ai-prism:network": { ...sectionOf(stack, "network"), existing: network },
    ...(bucket.name === (settings.storage.bucketName ?? own.documents)
      ? {}
      : { "ai-prism:storage": { ...sectionOf(stack, "storage"), bucketName: bucket.name } }),
    // Storage only grows.
    ...(database.allocatedStorageInGiB > settings.database.allocatedStorageInGiB
      ? {
          "ai-prism:database": {
            ...sectionOf(stack, "database"),
            allocatedStorageInGiB: database.allocatedStorageInGiB,
          },
        }
      : {}),
    "ai-prism:adopt": {
      nameSuffix: inventory.nameSuffix,
      bucketName: bucket.name,
      otherClientArns: bucket.clientRoleArns,
      database: {
        identifier: own.database,
        subnetGroupName: database.subnetGroupName,
        kmsKeyArn: database.kmsKeyArn,
        secretKmsKeyArn: database.secretKmsKeyArn,
        ...(database.performanceInsightsKmsKeyArn
          ? { performanceInsightsKmsKeyArn: database.performanceInsightsKmsKeyArn }
          : {}),
        securityGroupIds: database.securityGroupIds,
        logGroupNames: database.logExports
          .filter((log) => log !== "iam-db-auth-error")
          .map((log) => `/aws/rds/instance/${database.identifier}/${log}`),
      },
      ...(application.name === own.application ? { applicationName: application.name } : {}),
      alarmNames: inventory.alarmNames,
      dashboardNames: inventory.dashboardNames,
    },
  };
}

/** What the stack file says once people reach the new environment; undefined where no CDN was before it. */
function movedTo(imported: StackConfig, stack: StackConfig, { cdn }: Inventory): StackConfig | undefined {
  if (!cdn) return undefined;
  const adopt = imported["ai-prism:adopt"] as StackConfig;
  // Without a domain people know the distribution's own name, which cannot be given to another.
  if (!cdn.domain) return { "ai-prism:adopt": { ...adopt, distributionId: cdn.distributionId } };
  const { name, hostedZoneId, recordTypes } = cdn.domain;
  return {
    "ai-prism:cdn": { ...sectionOf(stack, "cdn"), domain: { name, hostedZoneId } },
    "ai-prism:adopt": { ...adopt, dnsRecordTypes: recordTypes },
  };
}

/** What the stack file says once nothing of the old deployment works with the data any more. */
function withoutOld(moved: StackConfig): StackConfig {
  const adopt = { ...(moved["ai-prism:adopt"] as StackConfig) };
  const database = { ...(adopt.database as StackConfig) };
  delete adopt.otherClientArns;
  delete database.securityGroupIds;
  return { ...moved, "ai-prism:adopt": { ...adopt, database } };
}

function sectionOf(stack: StackConfig, name: string): Record<string, unknown> {
  const value = stack[`ai-prism:${name}`];
  return isMapping(value) ? value : {};
}
