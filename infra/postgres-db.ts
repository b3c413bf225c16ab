import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "./component";
import { policyJson, readSecret, trustService, type Statement } from "./policy-document";

/** Arguments of {@link PostgresDb}. */
export interface PostgresDbArgs {
  /** Physical name of the instance. */
  readonly identifier: string;
  readonly region: string;
  /** `16` follows the newest minor version, `16.11` stays on that one. */
  readonly engineVersion: string;
  /** e.g. `db.t3.micro`. Decides memory and with it the number of connections. */
  readonly instanceClass: string;
  readonly allocatedStorageInGiB: number;
  /** Storage grows by itself up to this and never shrinks. */
  readonly maxAllocatedStorageInGiB: number;
  /** Name of the database inside. Changing it replaces the instance. */
  readonly databaseName: string;
  /** Master user. Changing it replaces the instance. */
  readonly username: string;
  /** Subnets in two zones or more, without a way to the internet. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupIds: pulumi.Input<string>[];
  /** Key in the instance's region. Changing it replaces the instance. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** A standby in another zone takes over within a minute or two; doubles the price. */
  readonly multiAz: boolean;
  /** Days to which the database can be set back, to the second; 1 to 35. */
  readonly backupRetentionInDays: number;
  /** Days after which RDS changes the master password, 1 to 1000. */
  readonly passwordRotationInDays: number;
  /** Another region that backups are copied to, and the key for them there. */
  readonly backupReplication: { readonly region: string; readonly kmsKeyArn: pulumi.Input<string> };
  /** RDS Proxy between the application and the database. About 22 USD a month for two vCPUs. @default none */
  readonly proxy?: {
    readonly name: string;
    readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly securityGroupIds: pulumi.Input<string>[];
    /** Share of the database's connections that the proxy may use. @default 90 */
    readonly maxConnectionsPercent?: number;
  };
  readonly logRetentionInDays: number;
  /**
   * Where the data come from, instead of an empty database. A new instance beside the old one, which AWS keeps and Pulumi
   * forgets: docs/runbooks/recover-database-point-in-time.md. Stays as long as that instance does.
   */
  readonly restored?: Restoration;
  /** An instance made by hand that is imported: what cannot be changed in place stays as it is. @default a new one */
  readonly adopted?: AdoptedInstance;
  /** Lifts deletion protection, final snapshot and Pulumi's protection. @default false */
  readonly disposable?: boolean;
  readonly transform?: PostgresDbTransforms;
}

/** What stays of an instance that was not made by this program. */
export interface AdoptedInstance {
  /** Its DB subnet group. RDS moves no instance to another one in the same VPC. */
  readonly subnetGroupName: string;
  /** Key that its storage is encrypted with. */
  readonly kmsKeyArn: string;
  /** Key of its master password's secret, which instances need to read it. */
  readonly secretKmsKeyArn: string;
  /** Key of Performance Insights, where that was on. @default the new key */
  readonly performanceInsightsKmsKeyArn?: string;
  /** Security groups it keeps beside its new ones, for whoever else uses it. */
  readonly securityGroupIds: readonly string[];
}

/** What an instance is restored from: one of `instance`, `snapshot` and `automatedBackupsArn`. */
export interface Restoration {
  /** Ends the names of the restored instance. Another one is another restoration. */
  readonly nameSuffix: string;
  /** Identifier of an instance in the same region. */
  readonly instance?: string;
  /** Identifier of a snapshot in the same region, or the ARN of a shared one. */
  readonly snapshot?: string;
  /** Backups that were replicated to this region, `arn:aws:rds:<region>:<account>:auto-backup:…`. */
  readonly automatedBackupsArn?: string;
  /** A second of the past, in UTC, for what is no snapshot. @default the last that can be had */
  readonly time?: string;
}

export interface PostgresDbTransforms {
  readonly subnetGroup?: Transform<aws.rds.SubnetGroupArgs>;
  readonly parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
  readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  readonly instance?: Transform<aws.rds.InstanceArgs>;
  readonly rotation?: Transform<aws.secretsmanager.SecretRotationArgs>;
  readonly backupReplication?: Transform<aws.rds.InstanceAutomatedBackupsReplicationArgs>;
  readonly proxyRole?: Transform<aws.iam.RoleArgs>;
  readonly proxyRolePolicy?: Transform<aws.iam.RolePolicyArgs>;
  readonly proxy?: Transform<aws.rds.ProxyArgs>;
  readonly proxyTargetGroup?: Transform<aws.rds.ProxyDefaultTargetGroupArgs>;
  readonly proxyTarget?: Transform<aws.rds.ProxyTargetArgs>;
}

const PORT = 5432;
const LOG_EXPORTS = ["postgresql", "upgrade"];

/**
 * PostgreSQL on RDS: encrypted, backed up in two regions, its password kept and rotated by Secrets Manager and
 * nowhere else. A db.t3.micro over two zones costs about 30 USD a month.
 */
export class PostgresDb extends Component<PostgresDbTransforms> {
  readonly instanceIdentifier: pulumi.Output<string>;
  /** Host that the application connects to: the proxy where there is one. */
  readonly address: pulumi.Output<string>;
  readonly port: number = PORT;
  /** Secret with keys `username` and `password`, owned and rotated by RDS. Read it at connect time. */
  readonly secretArn: pulumi.Output<string>;
  /** SQLAlchemy URL without a password. */
  readonly url: pulumi.Output<string>;
  /** What an instance needs to be allowed to read the password. */
  readonly instanceStatements: pulumi.Output<Statement[]>;
  readonly nodes: {
    /** Absent where an adopted instance keeps its own. */
    readonly subnetGroup?: aws.rds.SubnetGroup;
    readonly parameterGroup: aws.rds.ParameterGroup;
    readonly logGroups: readonly aws.cloudwatch.LogGroup[];
    readonly instance: aws.rds.Instance;
    readonly rotation: aws.secretsmanager.SecretRotation;
    readonly backupReplication: aws.rds.InstanceAutomatedBackupsReplication;
    readonly proxyRole?: aws.iam.Role;
    readonly proxyRolePolicy?: aws.iam.RolePolicy;
    readonly proxy?: aws.rds.Proxy;
    readonly proxyTargetGroup?: aws.rds.ProxyDefaultTargetGroup;
    readonly proxyTarget?: aws.rds.ProxyTarget;
  };

  /**
   * @throws InvalidArgument for backups that are not kept, storage that cannot grow, a password that RDS would not
   *   rotate, or a copy in the same region
   */
  constructor(name: string, args: PostgresDbArgs, options?: pulumi.ComponentResourceOptions) {
    super("PostgresDb", name, args.transform, options);
    const { region, kmsKeyArn, disposable, adopted, restored } = args;
    const ending = restored ? `-${restored.nameSuffix}` : "";
    const identifier = `${args.identifier}${ending}`;
    if (
      !Number.isInteger(args.backupRetentionInDays) ||
      args.backupRetentionInDays < 1 ||
      args.backupRetentionInDays > 35
    ) {
      this.refuse("backupRetentionInDays", args.backupRetentionInDays, "a whole number from 1 to 35");
    }
    const days = args.passwordRotationInDays;
    if (!Number.isInteger(days) || days < 1 || days > 1000) {
      this.refuse("passwordRotationInDays", days, "a whole number from 1 to 1000");
    }
    const leastMaximum = Math.ceil(args.allocatedStorageInGiB * 1.1);
    if (args.maxAllocatedStorageInGiB < leastMaximum) {
      const allowed = `at least ${leastMaximum}: a tenth more than allocatedStorageInGiB`;
      this.refuse("maxAllocatedStorageInGiB", args.maxAllocatedStorageInGiB, allowed);
    }
    const sources = [restored?.instance, restored?.snapshot, restored?.automatedBackupsArn];
    if (restored && sources.filter((source) => source !== undefined).length !== 1) {
      this.refuse("restored", restored, "one of instance, snapshot and automatedBackupsArn");
    }
    if (restored?.snapshot !== undefined && restored.time !== undefined) {
      this.refuse("restored.time", restored.time, "absent with a snapshot, which is of one moment");
    }
    if (args.backupReplication.region === region) {
      this.refuse("backupReplication.region", region, "another region than the database's");
    }

    const subnetGroup =
      adopted === undefined
        ? this.child("subnetGroup", aws.rds.SubnetGroup, name, {
            name: args.identifier,
            description: `Subnets of ${args.identifier}`,
            region,
            subnetIds: args.subnetIds,
          })
        : undefined;
    const parameterGroup = this.child("parameterGroup", aws.rds.ParameterGroup, name, {
      family: `postgres${args.engineVersion.split(".")[0]}`,
      description: `Parameters of ${args.identifier}`,
      region,
      parameters: [
        { name: "rds.force_ssl", value: "1" },
        { name: "log_connections", value: "1" },
        { name: "log_disconnections", value: "1" },
        { name: "log_min_duration_statement", value: "1000" },
        { name: "idle_in_transaction_session_timeout", value: "60000" },
      ],
    });
    // RDS would make these itself, unencrypted and kept for ever.
    const logGroup = (log: string, groupName: string, options?: pulumi.CustomResourceOptions) =>
      this.child(
        "logGroup",
        aws.cloudwatch.LogGroup,
        `${name}-${log}`,
        {
          name: groupName,
          region,
          retentionInDays: args.logRetentionInDays,
          kmsKeyId: kmsKeyArn,
        },
        options,
      );
    // What an instance wrote before another was restored from it may say why.
    const kept = { retainOnDelete: !disposable };
    const logGroups = LOG_EXPORTS.map((log) => logGroup(log, `/aws/rds/instance/${identifier}/${log}`, kept));
    const proxyLogGroup = args.proxy && logGroup("proxy", `/aws/rds/proxy/${args.proxy.name}`);

    // An import does not read the key of the secret, and RDS refuses to be told that of one it has already.
    const ownSecret = adopted === undefined || restored !== undefined;
    const secretKeyArn = ownSecret ? kmsKeyArn : adopted.secretKmsKeyArn;
    const instance = this.child(
      "instance",
      aws.rds.Instance,
      `${name}${ending}`,
      {
        identifier,
        region,
        engine: "postgres",
        engineVersion: args.engineVersion,
        autoMinorVersionUpgrade: true,
        instanceClass: args.instanceClass,
        allocatedStorage: args.allocatedStorageInGiB,
        maxAllocatedStorage: args.maxAllocatedStorageInGiB,
        storageType: "gp3",
        storageEncrypted: true,
        kmsKeyId: adopted?.kmsKeyArn ?? kmsKeyArn,
        // Restored data bring both along.
        dbName: restored ? undefined : args.databaseName,
        username: restored ? undefined : args.username,
        ...(restored && sourceOf(restored)),
        manageMasterUserPassword: true,
        masterUserSecretKmsKeyId: ownSecret ? kmsKeyArn : undefined,
        port: PORT,
        multiAz: args.multiAz,
        dbSubnetGroupName: adopted?.subnetGroupName ?? subnetGroup!.name,
        vpcSecurityGroupIds: [...args.securityGroupIds, ...(adopted?.securityGroupIds ?? [])],
        publiclyAccessible: false,
        parameterGroupName: parameterGroup.name,
        caCertIdentifier: "rds-ca-rsa2048-g1",
        backupRetentionPeriod: args.backupRetentionInDays,
        backupWindow: "01:00-02:00",
        maintenanceWindow: "sun:02:30-sun:03:30",
        copyTagsToSnapshot: true,
        deleteAutomatedBackups: disposable ?? false,
        deletionProtection: !disposable,
        skipFinalSnapshot: disposable ?? false,
        finalSnapshotIdentifier: disposable ? undefined : `${identifier}-final`,
        enabledCloudwatchLogsExports: LOG_EXPORTS,
        performanceInsightsEnabled: true,
        performanceInsightsRetentionPeriod: 7,
        performanceInsightsKmsKeyId: adopted?.performanceInsightsKmsKeyArn ?? kmsKeyArn,
        applyImmediately: false,
      },
      {
        protect: !disposable,
        // An instance that another takes the place of stays in AWS, until a person deletes it.
        retainOnDelete: !disposable,
        dependsOn: logGroups,
        ignoreChanges: [
          // An import reads the minor version that runs; `16` would then be a change, and perhaps one backwards.
          ...(adopted ? ["engineVersion"] : []),
          // Restored data keep the key that they were encrypted with.
          ...(restored ? ["kmsKeyId"] : []),
        ],
        // Multi-AZ instances of this size take a quarter of an hour, snapshots before a deletion longer.
        customTimeouts: { create: "60m", update: "80m", delete: "60m" },
      },
    );
    const secretArn = instance.masterUserSecrets.apply((secrets) => secrets[0]!.secretArn);
    const rotation = this.child("rotation", aws.secretsmanager.SecretRotation, name, {
      secretId: secretArn,
      region,
      rotateImmediately: false,
      rotationRules: { automaticallyAfterDays: args.passwordRotationInDays },
    });
    const backupReplication = this.child("backupReplication", aws.rds.InstanceAutomatedBackupsReplication, name, {
      region: args.backupReplication.region,
      sourceDbInstanceArn: instance.arn,
      kmsKeyId: args.backupReplication.kmsKeyArn,
      retentionPeriod: args.backupRetentionInDays,
    });

    const readPassword = readSecret(secretArn, secretKeyArn, region);
    const proxied =
      args.proxy &&
      this.createProxy(name, args, args.proxy, { instance, secretArn, readPassword, logGroup: proxyLogGroup! });

    this.nodes = {
      subnetGroup,
      parameterGroup,
      logGroups: [...logGroups, ...(proxyLogGroup ? [proxyLogGroup] : [])],
      instance,
      rotation,
      backupReplication,
      ...proxied,
    };
    this.instanceIdentifier = instance.identifier;
    // A proxy answers before it has a database behind it: whoever uses the address waits for that as well.
    this.address = proxied
      ? pulumi.all([proxied.proxy.endpoint, proxied.proxyTarget.id]).apply(([endpoint]) => endpoint)
      : instance.address;
    this.secretArn = secretArn;
    this.url = pulumi.interpolate`postgresql+psycopg://${args.username}@${this.address}:${PORT}/${args.databaseName}?sslmode=verify-full`;
    this.instanceStatements = readPassword;
    this.registerOutputs({
      instanceIdentifier: this.instanceIdentifier,
      address: this.address,
      port: this.port,
      secretArn: this.secretArn,
      url: this.url,
    });
  }

  private createProxy(
    name: string,
    { region, identifier }: PostgresDbArgs,
    args: NonNullable<PostgresDbArgs["proxy"]>,
    database: {
      instance: aws.rds.Instance;
      secretArn: pulumi.Output<string>;
      readPassword: pulumi.Output<Statement[]>;
      logGroup: aws.cloudwatch.LogGroup;
    },
  ) {
    const maxConnectionsPercent = args.maxConnectionsPercent ?? 90;
    if (!Number.isInteger(maxConnectionsPercent) || maxConnectionsPercent < 1 || maxConnectionsPercent > 100) {
      this.refuse("proxy.maxConnectionsPercent", maxConnectionsPercent, "a whole number from 1 to 100");
    }
    const proxyRole = this.child("proxyRole", aws.iam.Role, `${name}-proxy`, {
      description: `Lets the proxy of ${identifier} read the database password`,
      // AWS documents no condition on the account for the role of a proxy; one that RDS does not send would lock it out.
      assumeRolePolicy: trustService("rds.amazonaws.com"),
    });
    const proxyRolePolicy = this.child("proxyRolePolicy", aws.iam.RolePolicy, `${name}-proxy`, {
      role: proxyRole.name,
      policy: policyJson(database.readPassword),
    });
    const proxy = this.child(
      "proxy",
      aws.rds.Proxy,
      name,
      {
        name: args.name,
        region,
        engineFamily: "POSTGRESQL",
        roleArn: proxyRole.arn,
        requireTls: true,
        idleClientTimeout: 1800,
        vpcSubnetIds: args.subnetIds,
        vpcSecurityGroupIds: args.securityGroupIds,
        auths: [{ authScheme: "SECRETS", iamAuth: "DISABLED", secretArn: database.secretArn }],
      },
      { dependsOn: [proxyRolePolicy, database.logGroup] },
    );
    const proxyTargetGroup = this.child("proxyTargetGroup", aws.rds.ProxyDefaultTargetGroup, name, {
      dbProxyName: proxy.name,
      region,
      connectionPoolConfig: {
        maxConnectionsPercent,
        maxIdleConnectionsPercent: Math.min(50, maxConnectionsPercent),
        connectionBorrowTimeout: 30,
      },
    });
    const proxyTarget = this.child(
      "proxyTarget",
      aws.rds.ProxyTarget,
      name,
      {
        dbProxyName: proxy.name,
        region,
        targetGroupName: proxyTargetGroup.name,
        dbInstanceIdentifier: database.instance.identifier,
      },
      // A proxy has one instance behind it at a time.
      { deleteBeforeReplace: true },
    );
    return { proxyRole, proxyRolePolicy, proxy, proxyTargetGroup, proxyTarget };
  }
}

/** How the provider is told where an instance's data come from. */
function sourceOf({ instance, snapshot, automatedBackupsArn, time }: Restoration): Partial<aws.rds.InstanceArgs> {
  if (snapshot !== undefined) return { snapshotIdentifier: snapshot };
  return {
    restoreToPointInTime: {
      sourceDbInstanceIdentifier: instance,
      sourceDbInstanceAutomatedBackupsArn: automatedBackupsArn,
      ...(time === undefined ? { useLatestRestorableTime: true } : { restoreTime: time }),
    },
  };
}
