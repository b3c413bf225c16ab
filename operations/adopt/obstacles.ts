import { alarmSpecs } from "../../infra/alarms";
import type { PrismConfig } from "../../infra/config";
import { placeOf } from "../../infra/metric";
import { DASHBOARDS } from "../../infra/monitoring-suite";
import type { PhysicalNames } from "../../infra/names";
import type { Fault } from "../../infra/validation";
import type { Inventory } from "./inventory";

/** Something that cannot become what the program asks for while it stays where it is. */
export interface Obstacle {
  /** The inventory's key. */
  readonly key: string;
  readonly why: string;
  /** What to do instead, step by step. */
  readonly instead: readonly string[];
}

/** Names and ids of the inventory that belong to nothing in this program. `names` are those beside the old ones. */
export function faultsOf(inventory: Inventory, settings: PrismConfig, names: PhysicalNames): Fault[] {
  const faults: Fault[] = [];
  const refuse = (key: string, value: unknown, allowed: string) => faults.push({ key, value, allowed });
  const { region, alarmNames, dashboardNames, bucket } = inventory;
  if (region !== settings.regions.home) {
    refuse("region", region, `${settings.regions.home}, the stack's aws:region: nothing that holds data can move`);
  }
  const alarms = homeAlarms().map(names.alarm);
  alarmNames.forEach((name, index) => {
    if (!alarms.includes(name)) refuse(`alarmNames[${index}]`, name, `an alarm of this program: ${alarms.join(", ")}`);
    if (alarmNames.indexOf(name) !== index) refuse(`alarmNames[${index}]`, name, "each name once");
  });
  const dashboards = DASHBOARDS.map(names.dashboard);
  dashboardNames.forEach((name, index) => {
    if (!dashboards.includes(name)) {
      refuse(`dashboardNames[${index}]`, name, `a dashboard of this program: ${dashboards.join(", ")}`);
    }
    if (dashboardNames.indexOf(name) !== index) refuse(`dashboardNames[${index}]`, name, "each name once");
  });
  const replica = settings.storage.replicaBucketName ?? names.documentsReplica;
  if (bucket.replicaName === replica) {
    refuse(
      "bucket.replicaName",
      bucket.replicaName,
      "another name than the new replica's; set ai-prism:storage.replicaBucketName",
    );
  }
  for (const key of ["publicSubnetIds", "privateSubnetIds", "dataSubnetIds"] as const) {
    const ids = inventory.network[key];
    if (new Set(ids).size !== ids.length) refuse(`network.${key}`, ids, "each subnet once");
  }
  return faults;
}

/** Last parts of the names of the alarms that stand in the home region. */
function homeAlarms(): string[] {
  const specs = alarmSpecs<string>({
    modelIds: ["any"],
    environmentName: "any",
    autoScalingGroupName: "any",
    loadBalancer: "any",
    redisClusterIds: ["any"],
    databaseIdentifier: "any",
    databaseMaxConnections: 1,
    databaseAllocatedGiB: 1,
    bucket: { name: "any", replicaName: "any", ruleId: "any" },
    distributionId: "any",
    webAclName: "any",
    global: "any",
    allRules: "any",
  });
  return specs.filter(({ metrics }) => placeOf(metrics[0]!.key) === "home").map(({ what }) => what);
}

/** What has to be put right in AWS before anything is imported, all of it. */
export function obstaclesTo(
  { database, bucket, network }: Inventory,
  settings: PrismConfig,
  own: PhysicalNames,
): Obstacle[] {
  const id = database.identifier;
  const modify = `aws rds modify-db-instance --db-instance-identifier ${id}`;
  const obstacles: Obstacle[] = [];
  const found = (key: string, why: string, ...instead: string[]) => obstacles.push({ key, why, instead });

  if (database.kmsKeyArn === undefined) {
    found(
      "database.kmsKeyArn",
      `${id} is not encrypted, and RDS encrypts no instance in place; a new key would replace it`,
      ...restoredCopy(id, database, "<key>"),
    );
  }
  if (database.vpcId !== network.vpcId) {
    found(
      "database.vpcId",
      `${id} is in ${database.vpcId}, and the network of the new environment is ${network.vpcId}: security groups and proxy of a database have to be in its VPC`,
      `name the subnets of ${database.vpcId} under network; or, to leave that VPC:`,
      ...restoredCopy(id, database, database.kmsKeyArn ?? "<key>"),
    );
  }
  if (database.secretKmsKeyArn === undefined) {
    found(
      "database.secretKmsKeyArn",
      `the password of ${id} stood in clear in documents and variables, and counts as leaked; it is rotated before anything else, and from then on by RDS`,
      `${modify} --manage-master-user-password --apply-immediately`,
      "read the new password from Secrets Manager, and give it to the old environment in DATABASE_URL at once: its new connections fail until then",
      "put MasterUserSecret.KmsKeyId into the inventory",
    );
  }
  if (id !== own.database) {
    found(
      "database.identifier",
      `the program's instance is called ${own.database}; under another name it would be a second one`,
      `${modify} --new-db-instance-identifier ${own.database} --apply-immediately`,
      "the endpoint changes with it: give the old environment the new one in DATABASE_URL",
    );
  }
  for (const [key, value, name] of [
    ["databaseName", database.databaseName, "aiprism"],
    ["username", database.username, "aiprismadmin"],
  ] as const) {
    if (value === name) continue;
    found(
      `database.${key}`,
      `it is ${value}, the program has ${name}, and RDS changes neither in place`,
      "create an instance with both names and copy the data over (pg_dump, pg_restore); adopt that one",
    );
  }
  const [major, minor] = database.engineVersion.split(".").map(Number) as [number, number];
  if (major !== 16 || minor < 11) {
    found(
      "database.engineVersion",
      `${database.engineVersion} runs, and the program's parameters and policies are for 16.11 and newer minors of it`,
      `${modify} --engine-version 16.11 ${major < 16 ? "--allow-major-version-upgrade " : ""}--apply-immediately`,
    );
  }
  const most = settings.database.maxAllocatedStorageInGiB;
  if (database.allocatedStorageInGiB * 1.1 > most) {
    found(
      "database.allocatedStorageInGiB",
      `${database.allocatedStorageInGiB} GiB are allocated, storage never shrinks, and it may grow to ${most} GiB`,
      `set ai-prism:database.maxAllocatedStorageInGiB to ${Math.ceil(database.allocatedStorageInGiB * 1.1)} or more`,
    );
  }
  if (database.backupRetentionInDays === 0) {
    found(
      "database.backupRetentionInDays",
      `${id} keeps no backups, so there are none to copy to ${settings.regions.replica}, and no way back`,
      `${modify} --backup-retention-period ${settings.database.backupRetentionInDays} --apply-immediately   (short outage)`,
    );
  }
  if (bucket.acl !== "private") {
    found(
      "bucket.acl",
      `${bucket.name} grants access by an ACL (${bucket.acl}), and S3 switches ACLs off only where none grants anything`,
      "find out who reads by it (server access logs), and give them a role or a signed URL",
      `aws s3api put-bucket-acl --bucket ${bucket.name} --acl private`,
    );
  }
  return obstacles;
}

/** The way round what RDS does not change in place: a copy of the data in a new instance of the same name. */
function restoredCopy(id: string, database: Inventory["database"], key: string): string[] {
  return [
    "stop the writers: set the old environment's capacity to 0",
    `aws rds create-db-snapshot --db-instance-identifier ${id} --db-snapshot-identifier ${id}-adopt`,
    `aws rds copy-db-snapshot --source-db-snapshot-identifier ${id}-adopt --target-db-snapshot-identifier ${id}-adopt-encrypted --kms-key-id ${key}`,
    `aws rds modify-db-instance --db-instance-identifier ${id} --new-db-instance-identifier ${id}-old --apply-immediately`,
    `aws rds restore-db-instance-from-db-snapshot --db-snapshot-identifier ${id}-adopt-encrypted --db-instance-identifier ${id} --db-instance-class ${database.instanceClass} --db-subnet-group-name <group> --vpc-security-group-ids <groups> --no-publicly-accessible`,
    `aws rds modify-db-instance --db-instance-identifier ${id} --manage-master-user-password --backup-retention-period 7 --apply-immediately`,
    `start the old environment again with the new password, and describe ${id} in the inventory anew`,
    `keep ${id}-old until the adoption is over: it is the way back`,
  ];
}
