import type * as rds from "@aws-sdk/client-rds";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { randomBytes } from "node:crypto";
import type { Inside } from "../inside";
import { type Call, type Service, AwsError } from "../service";

/** What the emulator loses of a database, and what only time would bring about. */
export class Database {
  /** Newest moment that it can be brought back to; a few minutes ago unless a test says otherwise. */
  latestRestorableTime?: Date;
  /** Another state than the emulator has, such as `storage-full`. */
  status?: string;
  logsExports: string[] = [];
  masterUserSecret?: rds.MasterUserSecret;

  constructor(
    readonly identifier: string,
    readonly arn: string,
    readonly address: string,
  ) {}

  get restorable(): Date {
    return this.latestRestorableTime ?? new Date(Date.now() - 4 * 60_000);
  }
}

/** Backups that a database has in another region. */
export interface ReplicatedBackups {
  readonly arn: string;
  readonly sourceArn: string;
  readonly region: string;
  readonly kmsKeyId?: string;
  readonly retention: number;
  /** `replicating`, or `retained` when the source's backups no longer arrive. */
  status: string;
  latestTime?: Date;
}

/**
 * RDS: the emulator keeps the records, and the front adds what it lacks: the secret that RDS keeps of a master user, exported
 * logs, backups in another region, names as AWS gives them.
 */
export class Rds implements Service {
  readonly name = "rds";
  readonly replicated: ReplicatedBackups[] = [];
  private readonly databases: Database[] = [];

  constructor(private readonly inside: Inside) {}

  /** @throws Error when the world has no such database */
  database(identifier: string): Database {
    const found = this.databases.find((one) => one.identifier === identifier);
    if (!found) throw new Error(`the world has no database ${identifier}`);
    return found;
  }

  readonly answers = {
    CreateDBInstance: async (call: Call<rds.CreateDBInstanceMessage>): Promise<rds.CreateDBInstanceResult> => {
      const { input, region, account } = call;
      const { DBInstance } = await call.forward<rds.CreateDBInstanceResult>();
      const identifier = input.DBInstanceIdentifier!;
      const database = new Database(
        identifier,
        DBInstance!.DBInstanceArn!,
        `${identifier}.${randomBytes(6).toString("hex")}.${region}.rds.amazonaws.com`,
      );
      database.logsExports = input.EnableCloudwatchLogsExports ?? [];
      if (input.ManageMasterUserPassword) {
        const { ARN } = await this.inside(SecretsManagerClient, region, account).send(
          new CreateSecretCommand({
            Name: `rds!${DBInstance!.DbiResourceId!.toLowerCase()}`,
            Description: `The secret associated with the primary RDS DB instance: ${database.arn}`,
            KmsKeyId: input.MasterUserSecretKmsKeyId,
            SecretString: JSON.stringify({ username: input.MasterUsername, password: randomBytes(16).toString("hex") }),
          }),
        );
        database.masterUserSecret = {
          SecretArn: ARN,
          SecretStatus: "active",
          KmsKeyId: input.MasterUserSecretKmsKeyId,
        };
      }
      this.databases.push(database);
      return { DBInstance: this.whole(DBInstance!) };
    },

    ModifyDBInstance: async (call: Call<rds.ModifyDBInstanceMessage>): Promise<rds.ModifyDBInstanceResult> => {
      const { DBInstance } = await call.forward<rds.ModifyDBInstanceResult>();
      const database = this.databases.find(({ arn }) => arn === DBInstance!.DBInstanceArn);
      const { EnableLogTypes = [], DisableLogTypes = [] } = call.input.CloudwatchLogsExportConfiguration ?? {};
      if (database) {
        const kept = database.logsExports.filter((type) => !DisableLogTypes.includes(type));
        database.logsExports = [...new Set([...kept, ...EnableLogTypes])];
      }
      return { DBInstance: this.whole(DBInstance!) };
    },

    DescribeDBInstances: async (call: Call<rds.DescribeDBInstancesMessage>): Promise<rds.DBInstanceMessage> => {
      const answer = await call.forward<rds.DBInstanceMessage>();
      return { ...answer, DBInstances: answer.DBInstances?.map((one) => this.whole(one)) };
    },

    CreateDBProxy: async (call: Call<rds.CreateDBProxyRequest>): Promise<rds.CreateDBProxyResponse> => {
      const { DBProxy } = await call.forward<rds.CreateDBProxyResponse>();
      return { DBProxy };
    },

    StartDBInstanceAutomatedBackupsReplication: ({
      input,
      region,
      account,
    }: Call<rds.StartDBInstanceAutomatedBackupsReplicationMessage>): rds.StartDBInstanceAutomatedBackupsReplicationResult => {
      const sourceArn = input.SourceDBInstanceArn!;
      if (!this.databases.some(({ arn }) => arn === sourceArn)) {
        throw new AwsError("DBInstanceNotFound", `DBInstance ${sourceArn} not found.`);
      }
      const backups: ReplicatedBackups = {
        arn: `arn:aws:rds:${region}:${account}:auto-backup:ab-${randomBytes(13).toString("hex")}`,
        sourceArn,
        region,
        kmsKeyId: input.KmsKeyId,
        retention: input.BackupRetentionPeriod ?? 7,
        status: "replicating",
      };
      this.replicated.push(backups);
      return { DBInstanceAutomatedBackup: this.describe(backups) };
    },

    StopDBInstanceAutomatedBackupsReplication: ({
      input,
      region,
    }: Call<rds.StopDBInstanceAutomatedBackupsReplicationMessage>): rds.StopDBInstanceAutomatedBackupsReplicationResult => {
      const index = this.replicated.findIndex(
        (one) => one.region === region && one.sourceArn === input.SourceDBInstanceArn,
      );
      const [stopped] = index < 0 ? [] : this.replicated.splice(index, 1);
      if (!stopped) {
        throw new AwsError("DBInstanceAutomatedBackupNotFound", `No automated backup of ${input.SourceDBInstanceArn}.`);
      }
      return { DBInstanceAutomatedBackup: this.describe(stopped) };
    },

    DescribeDBInstanceAutomatedBackups: async ({
      input,
      region,
      account,
    }: Call<rds.DescribeDBInstanceAutomatedBackupsMessage>): Promise<rds.DBInstanceAutomatedBackupMessage> => {
      const own = this.databases.filter(({ arn }) => arn.split(":")[3] === region);
      const backups = [
        ...this.replicated.filter((one) => one.region === region).map((one) => this.describe(one)),
        ...own.map((one) => this.ownBackups(one, region, account)),
      ];
      return {
        DBInstanceAutomatedBackups: backups.filter(
          (one) =>
            (input.DBInstanceIdentifier ?? one.DBInstanceIdentifier) === one.DBInstanceIdentifier &&
            (input.DBInstanceAutomatedBackupsArn ?? one.DBInstanceAutomatedBackupsArn) ===
              one.DBInstanceAutomatedBackupsArn,
        ),
      };
    },
  };

  private whole(instance: rds.DBInstance): rds.DBInstance {
    const database = this.databases.find(({ arn }) => arn === instance.DBInstanceArn);
    if (!database) return instance;
    return {
      ...instance,
      DBInstanceStatus: database.status ?? instance.DBInstanceStatus,
      Endpoint: { ...instance.Endpoint, Address: database.address },
      EnabledCloudwatchLogsExports: database.logsExports,
      MasterUserSecret: database.masterUserSecret,
      LatestRestorableTime: database.restorable,
      DBInstanceAutomatedBackupsReplications: this.replicated
        .filter(({ sourceArn }) => sourceArn === database.arn)
        .map(({ arn }) => ({ DBInstanceAutomatedBackupsArn: arn })),
    };
  }

  private describe(backups: ReplicatedBackups): rds.DBInstanceAutomatedBackup {
    const source = this.databases.find(({ arn }) => arn === backups.sourceArn)!;
    const latest = backups.latestTime ?? source.restorable;
    return {
      DBInstanceArn: source.arn,
      DBInstanceIdentifier: source.identifier,
      Region: source.arn.split(":")[3],
      Status: backups.status,
      BackupRetentionPeriod: backups.retention,
      Encrypted: backups.kmsKeyId !== undefined,
      KmsKeyId: backups.kmsKeyId,
      RestoreWindow: { EarliestTime: daysBefore(latest, 1), LatestTime: latest },
      DBInstanceAutomatedBackupsArn: backups.arn,
    };
  }

  private ownBackups(database: Database, region: string, account: string): rds.DBInstanceAutomatedBackup {
    return {
      DBInstanceArn: database.arn,
      DBInstanceIdentifier: database.identifier,
      Region: region,
      Status: "active",
      RestoreWindow: { EarliestTime: daysBefore(database.restorable, 1), LatestTime: database.restorable },
      DBInstanceAutomatedBackupsArn: `arn:aws:rds:${region}:${account}:auto-backup:ab-${database.identifier}`,
    };
  }
}

function daysBefore(time: Date, days: number): Date {
  return new Date(time.getTime() - days * 86_400_000);
}
