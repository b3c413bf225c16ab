import {
  type DBInstance,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxyTargetsCommand,
  DescribeDBSnapshotsCommand,
  DescribeEventsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { AwsFailure } from "../../aws";
import { type Check, ok, once, wrong } from "../finding";
import { reachableOnlyFrom } from "../security-groups";
import { DAY, duration, HOUR, MINUTE, type World } from "../world";

/** RDS saves the log every five minutes; more than this is no delay any more. */
const RESTORABLE_WITHIN = 30 * MINUTE;
/** A snapshot is taken once a day, in a window of an hour. */
const SNAPSHOT_WITHIN = 26 * HOUR;
/** What docs/recovery.md promises to lose with the region, with room for a slow copy. */
const COPIED_WITHIN = 2 * HOUR;

const RUNBOOK = "problem-database.md";

/** PostgreSQL: there, encrypted, backed up in two regions, and reached from where it should be. */
export function database({ environment, outputs, aws, now }: World): Check[] {
  const { regions, network, database: expected } = outputs;
  const id = expected.instanceIdentifier;
  const rds = aws.client(RDSClient, regions.home);
  const instance = once(async (): Promise<DBInstance> => {
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    return DBInstances[0] ?? {};
  });
  const about = (name: string, look: Check["look"], subject = id): Check => ({ name, subject, runbook: RUNBOOK, look });

  const checks = [
    about("available", async () => {
      const { DBInstanceStatus: status = "unknown", MultiAZ } = await instance();
      if (status === "available") return ok(MultiAZ ? "available, with a standby in another zone" : "available");
      const full = status === "storage-full";
      return wrong(
        `its status is ${status}`,
        REMEDIES[status] ?? "wait for what the status names; its events say why",
        {
          since: await lastEvent(rds, id),
          runbook: full ? "database-low-storage.md" : RUNBOOK,
        },
      );
    }),
    about("encrypted", async () => {
      const { StorageEncrypted, KmsKeyId } = await instance();
      if (StorageEncrypted) return ok(`storage is encrypted with ${keyName(KmsKeyId)}`);
      return wrong("its storage is not encrypted", "restore an encrypted copy of a snapshot: docs/recovery.md");
    }),
    about("private", async () => {
      const { PubliclyAccessible } = await instance();
      if (!PubliclyAccessible) return ok("has no public address");
      return wrong(
        "has a public address",
        `aws rds modify-db-instance --db-instance-identifier ${id} --no-publicly-accessible --apply-immediately`,
      );
    }),
    about("restorable", async () => {
      const { BackupRetentionPeriod = 0, LatestRestorableTime: latest } = await instance();
      const remedy = `./prism drift ${environment}; AWS support if backups are on`;
      if (BackupRetentionPeriod === 0) return wrong("automated backups are off", `./prism up ${environment}`);
      if (!latest) return wrong("cannot be set back to any point in time yet", remedy);
      const behind = now.getTime() - latest.getTime();
      if (behind <= RESTORABLE_WITHIN) return ok(`can be set back to ${duration(behind)} ago`);
      return wrong(`the latest point it can be set back to is ${duration(behind)} ago`, remedy, { since: latest });
    }),
    about("snapshot", async () => {
      const { DBSnapshots = [] } = await rds.send(
        new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: id, SnapshotType: "automated" }),
      );
      const times = DBSnapshots.flatMap(({ Status, SnapshotCreateTime: time }) =>
        Status === "available" && time ? [time.getTime()] : [],
      );
      const created = (await instance()).InstanceCreateTime?.getTime() ?? 0;
      if (times.length === 0 && now.getTime() - created < SNAPSHOT_WITHIN)
        return ok("is younger than its first snapshot");
      const age = now.getTime() - Math.max(...times);
      if (age <= SNAPSHOT_WITHIN) return ok(`the last automated snapshot is ${duration(age)} old`);
      return wrong(
        times.length === 0 ? "there is no automated snapshot" : `the last automated snapshot is ${duration(age)} old`,
        `take one now: aws rds create-db-snapshot --db-instance-identifier ${id} --db-snapshot-identifier ${id}-by-hand`,
        times.length === 0 ? {} : { since: new Date(Math.max(...times) + DAY) },
      );
    }),
    about(
      "copied",
      async () => {
        const { DBInstanceAutomatedBackups = [] } = await aws
          .client(RDSClient, regions.replica)
          .send(new DescribeDBInstanceAutomatedBackupsCommand({ DBInstanceIdentifier: id }));
        const backup = DBInstanceAutomatedBackups.find(({ Region }) => Region === regions.home);
        const remedy = `./prism up ${environment} starts the copying again`;
        if (!backup) return wrong(`no backups of it are copied to ${regions.replica}`, remedy);
        const latest = backup.RestoreWindow?.LatestTime;
        if (backup.Status !== "replicating") {
          return wrong(`copying backups to ${regions.replica} is ${backup.Status ?? "off"}`, remedy, { since: latest });
        }
        if (!latest) return ok(`the first backup is on its way to ${regions.replica}`);
        const behind = now.getTime() - latest.getTime();
        if (behind <= COPIED_WITHIN) return ok(`backups in ${regions.replica} reach up to ${duration(behind)} ago`);
        return wrong(`backups in ${regions.replica} end ${duration(behind)} ago`, remedy, { since: latest });
      },
      `${id} in ${regions.replica}`,
    ),
  ];
  const { proxyName } = expected;
  if (proxyName) {
    checks.push(
      about(
        "proxy",
        async () => {
          const { Targets = [] } = await rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: proxyName }));
          const broken = Targets.find(({ TargetHealth }) => TargetHealth?.State !== "AVAILABLE");
          if (Targets.length === 0) return wrong("has no database behind it", `./prism up ${environment}`);
          if (!broken) return ok("reaches the database");
          const { State, Reason, Description } = broken.TargetHealth ?? {};
          return wrong(
            [`its target is ${State ?? "unknown"}`, Reason, Description].filter(Boolean).join(": "),
            Reason === "AUTH_FAILURE"
              ? `its role may not read the password's secret any more: ./prism drift ${environment}`
              : `./prism drift ${environment} finds a changed role, group or route`,
          );
        },
        proxyName,
      ),
    );
  }

  const { instances, database: group, databaseProxy: proxy } = network.securityGroupIds;
  const attached = async (): Promise<string[]> =>
    ((await instance()).VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);
  const port = expected.port;
  const ways = proxyName
    ? [
        { name: "reachable", peer: proxy!, target: group!, subject: id, peerName: "the proxy", attached },
        { name: "proxy-reachable", peer: instances!, target: proxy!, subject: proxyName, peerName: "the instances" },
      ]
    : [{ name: "reachable", peer: instances!, target: group!, subject: id, peerName: "the instances", attached }];
  const routes = ways.map(({ name, subject, ...way }) =>
    about(name, reachableOnlyFrom({ aws, region: regions.home, environment, port, ...way }), subject),
  );
  return [...checks, ...routes];
}

const REMEDIES: Readonly<Record<string, string>> = {
  stopped: "somebody stopped it: aws rds start-db-instance",
  "storage-full": "give it more storage; it grew to its limit, database.maxAllocatedStorageInGiB",
  "inaccessible-encryption-credentials":
    "its key is disabled or pending deletion: aws kms cancel-key-deletion, enable-key",
  "inaccessible-encryption-credentials-recoverable": "its key is disabled: aws kms enable-key, then start-db-instance",
  rebooting: "a minute or two; the pool connects anew by itself",
  "failing-over": "a minute or two; the pool connects anew by itself",
};

/** When its last event was: the nearest to "since when" that RDS says. Nothing where that may not be asked. */
async function lastEvent(rds: RDSClient, id: string): Promise<Date | undefined> {
  try {
    const { Events = [] } = await rds.send(
      new DescribeEventsCommand({ SourceType: "db-instance", SourceIdentifier: id, Duration: 14 * 24 * 60 }),
    );
    return Events.map(({ Date: date }) => date).sort((a, b) => (b?.getTime() ?? 0) - (a?.getTime() ?? 0))[0];
  } catch (error) {
    if (error instanceof AwsFailure) return undefined;
    throw error;
  }
}

function keyName(arn: string | undefined): string {
  return arn?.split("/").at(-1) ?? "a key of AWS's";
}
