import * as fs from "node:fs";
import { parseDocument } from "yaml";
import type { z } from "zod";
import { BUCKET, KEY, ROLE } from "../../infra/config";
import { faultsOf, list, oneOf, section, shown, text, whole, type Fault } from "../../infra/validation";
import { UsageError, systemCode } from "../errors";
import { isMapping } from "../program";

const GUIDE = "docs/adopting.md";

const subnets = () =>
  list(text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id such as subnet-0123456789abcdef0"), "subnet ids");
const names = (item: z.ZodType<string>, says: string) => list(item, says).default([]);

/** What an inventory holds: ids as AWS shows them for the deployment that was made by hand. */
export const INVENTORY = section({
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as eu-north-1"),
  nameSuffix: text(/^[a-z0-9]{1,8}$/, "1 to 8 lower-case letters and digits").default("2"),
  network: section({
    vpcId: text(/^vpc-[0-9a-f]{8,17}$/, "a VPC id such as vpc-0123456789abcdef0"),
    publicSubnetIds: subnets().default([]),
    privateSubnetIds: subnets().min(2, { error: "at least 2 subnet ids, in different zones" }),
    dataSubnetIds: subnets().min(2, { error: "at least 2 subnet ids, in different zones" }),
    privateRouteTableIds: names(text(/^rtb-[0-9a-f]{8,17}$/, "a route table id"), "route table ids"),
  }),
  bucket: section({
    name: BUCKET,
    acl: oneOf(["private", "public-read", "public-read-write", "authenticated-read", "log-delivery-write", "custom"]),
    clientRoleArns: list(ROLE, "ARNs of roles"),
    replicaName: BUCKET.optional(),
    replicationRoleName: text(/^[\w+=,.@-]{1,64}$/, "the name of a role").optional(),
  }),
  database: section({
    identifier: text(/^[a-z](-?[a-z0-9]){0,62}$/, "a DB instance identifier such as ai-prism-postgres"),
    engineVersion: text(/^\d+\.\d+$/, "a version such as 16.11, in quotes"),
    instanceClass: text(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "a DB instance class such as db.t3.micro"),
    databaseName: text(/^[A-Za-z]\w{0,62}$/, "the name of the first database"),
    username: text(/^[A-Za-z]\w{0,62}$/, "the master user"),
    allocatedStorageInGiB: whole(5, 65_536),
    backupRetentionInDays: whole(0, 35),
    kmsKeyArn: KEY.optional(),
    secretKmsKeyArn: KEY.optional(),
    performanceInsightsKmsKeyArn: KEY.optional(),
    subnetGroupName: text(/^[a-z0-9_ .-]{1,255}$/, "the name of a DB subnet group"),
    vpcId: text(/^vpc-[0-9a-f]{8,17}$/, "a VPC id such as vpc-0123456789abcdef0"),
    securityGroupIds: list(text(/^sg-[0-9a-f]{8,17}$/, "a security group id"), "security group ids"),
    logExports: list(oneOf(["postgresql", "upgrade", "iam-db-auth-error"]), "exported logs").default([]),
    restoredFrom: text(
      /^[a-z](-?[a-z0-9]){0,62}$/,
      "a DB instance identifier such as ai-prism-postgres-old",
    ).optional(),
  }),
  application: section({
    name: text(/^[^/]{1,100}$/, "the name of a Beanstalk application"),
    environmentName: text(/^[A-Za-z0-9-]{4,40}$/, "the name of a Beanstalk environment"),
    cnamePrefix: text(/^[A-Za-z0-9-]{4,63}$/, "the first label of the environment's CNAME"),
  }),
  redis: section({ id: text(/^[a-z](-?[a-z0-9]){0,39}$/, "the id of a cache such as ai-prism-redis") }).optional(),
  cdn: section({
    distributionId: text(/^E[A-Z0-9]{8,20}$/, "a distribution id such as E1ABCDEFGHIJKL"),
    domain: section({
      name: text(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a host name such as prism.example.com"),
      hostedZoneId: text(/^Z[A-Z0-9]+$/, "a Route 53 zone id such as Z0123456789ABCDEFGHIJ"),
      recordTypes: list(oneOf(["A", "AAAA"]), "A and AAAA").default(["A"]),
    }).optional(),
  }).optional(),
  alarmNames: names(text(/^[\x20-\x7e]{1,255}$/, "the name of an alarm"), "names of alarms"),
  dashboardNames: names(text(/^[\w-]{1,255}$/, "the name of a dashboard"), "names of dashboards"),
});

/** What exists of a deployment that was made by hand, by physical id. */
export type Inventory = z.output<typeof INVENTORY>;

/** An inventory that cannot be used: everything that is wrong with it, one line each. */
export class InventoryError extends UsageError {
  constructor(
    readonly file: string,
    readonly faults: readonly Fault[],
  ) {
    const count = faults.length === 1 ? "1 value that is" : `${faults.length} values that are`;
    const lines = faults.map(({ key, value, allowed }) => `  ${key} = ${shown(value)} is not allowed: ${allowed}`);
    super([`${file} has ${count} not allowed:`, ...lines].join("\n"));
  }
}

/**
 * Reads an inventory.
 *
 * @throws UsageError when there is none, or it is no YAML mapping
 * @throws InventoryError naming every value that is no id of its kind, is missing or is not known
 */
export function readInventory(file: string, shownFile: string, template: string): Inventory {
  let source: string;
  try {
    source = fs.readFileSync(file, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") throw new UsageError(`${shownFile} does not exist; ${template} writes one to fill in`);
    throw new UsageError(`${shownFile} cannot be read: ${code ?? String(error)}`);
  }
  const document = parseDocument(source);
  const problem = document.errors[0];
  if (problem) throw new UsageError(`${shownFile} is not valid YAML: ${problem.message.split("\n")[0]}`);
  const value: unknown = document.toJS() ?? {};
  if (!isMapping(value)) throw new UsageError(`${shownFile}: a mapping of keys to ids is expected`);
  // A key with nothing behind it says that there is none.
  const given = withoutNulls(value);
  const result = INVENTORY.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf("", given, issue, GUIDE));
  throw new InventoryError(
    shownFile,
    faults.map((fault) => ({ ...fault, key: fault.key.replace(/^\./, "") })),
  );
}

function withoutNulls(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}
