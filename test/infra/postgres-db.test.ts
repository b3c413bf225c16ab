import assert from "node:assert/strict";
import { PostgresDb, type PostgresDbArgs } from "../../infra/postgres-db";
import { isSecret, runMocked, valueOf, type MockOptions } from "../support/mocks";

const INSTANCE = "aws:rds/instance:Instance";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const PARAMETERS = "aws:rds/parameterGroup:ParameterGroup";
const PROXY = "aws:rds/proxy:Proxy";
const REPLICATION = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup";
const TARGET = "aws:rds/proxyTarget:ProxyTarget";
const TARGET_GROUP = "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup";

const KEY_ARN = "arn:aws:kms:eu-north-1:111122223333:key/home";
const SECRET_ARN = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:rds!db-1a2b3c-AbCdEf";

const ARGS: PostgresDbArgs = {
  identifier: "ai-prism-postgres",
  region: "eu-north-1",
  engineVersion: "16",
  instanceClass: "db.t3.micro",
  allocatedStorageInGiB: 20,
  maxAllocatedStorageInGiB: 100,
  databaseName: "aiprism",
  username: "aiprismadmin",
  subnetIds: ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
  securityGroupIds: ["sg-0cccccccccccccccc"],
  kmsKeyArn: KEY_ARN,
  multiAz: true,
  backupRetentionInDays: 7,
  passwordRotationInDays: 30,
  backupReplication: { region: "eu-west-1", kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/replica" },
  logRetentionInDays: 90,
};

const WITH_PROXY = {
  proxy: {
    name: "ai-prism-postgres-proxy",
    subnetIds: ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
    securityGroupIds: ["sg-0dddddddddddddddd"],
  },
};

function run(args: Partial<PostgresDbArgs> = {}, options: MockOptions = {}) {
  return runMocked(() => new PostgresDb("database", { ...ARGS, ...args }), {
    outputs: {
      [INSTANCE]: ({ identifier }) => ({
        address: `${identifier}.abc123.eu-north-1.rds.amazonaws.com`,
        masterUserSecrets: [{ secretArn: SECRET_ARN, secretStatus: "active", kmsKeyId: KEY_ARN }],
      }),
      [PARAMETERS]: (_inputs, name) => ({ name: `${name}-1a2b3c4` }),
      [PROXY]: ({ name }) => ({ endpoint: `${name}.proxy-abc123.eu-north-1.rds.amazonaws.com` }),
      [TARGET_GROUP]: () => ({ name: "default" }),
      [ROLE]: (_inputs, name) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }),
    },
    ...options,
  });
}

const READ_SECRET = [
  { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: SECRET_ARN },
  {
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: KEY_ARN,
    Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-north-1.amazonaws.com" } },
  },
];

describe("PostgresDb", () => {
  const alone = [
    `${LOG_GROUP} database-postgresql`,
    `${LOG_GROUP} database-upgrade`,
    `${INSTANCE} database`,
    `${REPLICATION} database`,
    `${PARAMETERS} database`,
    `${SUBNET_GROUP} database`,
    `${ROTATION} database`,
  ];
  const proxied = [
    ...alone,
    `${LOG_GROUP} database-proxy`,
    `${ROLE} database-proxy`,
    `${ROLE_POLICY} database-proxy`,
    `${PROXY} database`,
    `${TARGET_GROUP} database`,
    `${TARGET} database`,
  ];
  for (const preview of [false, true]) {
    const when = preview ? "in preview" : "in an update";
    it(`registers exactly its resources ${when}`, async () => {
      assert.deepEqual((await run({}, { preview })).list(), [...alone].sort());
    });

    it(`registers a proxy and what it needs besides ${when}`, async () => {
      assert.deepEqual((await run(WITH_PROXY, { preview })).list(), [...proxied].sort());
    });
  }

  it("makes an encrypted, private, backed-up instance over two zones", async () => {
    assert.deepEqual((await run()).one(INSTANCE).inputs, {
      identifier: "ai-prism-postgres",
      region: "eu-north-1",
      engine: "postgres",
      engineVersion: "16",
      autoMinorVersionUpgrade: true,
      instanceClass: "db.t3.micro",
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: KEY_ARN,
      dbName: "aiprism",
      username: "aiprismadmin",
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: KEY_ARN,
      port: 5432,
      multiAz: true,
      dbSubnetGroupName: "ai-prism-postgres",
      vpcSecurityGroupIds: ["sg-0cccccccccccccccc"],
      publiclyAccessible: false,
      parameterGroupName: "database-1a2b3c4",
      caCertIdentifier: "rds-ca-rsa2048-g1",
      backupRetentionPeriod: 7,
      backupWindow: "01:00-02:00",
      maintenanceWindow: "sun:02:30-sun:03:30",
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "ai-prism-postgres-final",
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      performanceInsightsKmsKeyId: KEY_ARN,
      applyImmediately: false,
    });
  });

  it("takes subnets and parameters from its own groups, and waits for its log groups", async () => {
    const { one } = await run();
    const { propertyDependencies, dependencies } = one(INSTANCE);
    assert.deepEqual(propertyDependencies.parameterGroupName?.map(typeAndName), [`${PARAMETERS} database`]);
    assert.deepEqual(propertyDependencies.dbSubnetGroupName?.map(typeAndName), [`${SUBNET_GROUP} database`]);
    for (const log of ["postgresql", "upgrade"]) {
      assert.ok(dependencies.map(typeAndName).includes(`${LOG_GROUP} database-${log}`), log);
    }
    assert.deepEqual(one(SUBNET_GROUP).inputs, {
      name: "ai-prism-postgres",
      description: "Subnets of ai-prism-postgres",
      region: "eu-north-1",
      subnetIds: ARGS.subnetIds,
    });
  });

  it("forces TLS and logs who connects, what is slow and what waits too long", async () => {
    const { inputs } = (await run()).one(PARAMETERS);
    assert.equal(inputs.region, "eu-north-1");
    assert.deepEqual(
      Object.fromEntries(inputs.parameters.map((p: { name: string; value: string }) => [p.name, p.value])),
      {
        "rds.force_ssl": "1",
        log_connections: "1",
        log_disconnections: "1",
        log_min_duration_statement: "1000",
        idle_in_transaction_session_timeout: "60000",
      },
    );
  });

  for (const [engineVersion, family] of [
    ["16", "postgres16"],
    ["16.11", "postgres16"],
    ["17.2", "postgres17"],
  ] as const) {
    it(`takes parameters of family ${family} for version ${engineVersion}`, async () => {
      const { one } = await run({ engineVersion });
      assert.equal(one(PARAMETERS).inputs.family, family);
      assert.equal(one(INSTANCE).inputs.engineVersion, engineVersion);
    });
  }

  it("keeps logs encrypted and for as long as asked, the proxy's too", async () => {
    const { all } = await run(WITH_PROXY);
    const groups = Object.fromEntries(all(LOG_GROUP).map(({ name, inputs }) => [name, inputs]));
    const kept = { region: "eu-north-1", retentionInDays: 90, kmsKeyId: KEY_ARN };
    assert.deepEqual(groups, {
      "database-postgresql": { name: "/aws/rds/instance/ai-prism-postgres/postgresql", ...kept },
      "database-upgrade": { name: "/aws/rds/instance/ai-prism-postgres/upgrade", ...kept },
      "database-proxy": { name: "/aws/rds/proxy/ai-prism-postgres-proxy", ...kept },
    });
  });

  it("leaves the password to Secrets Manager: none in an argument, and rotated as often as asked", async () => {
    const { one, resources } = await run(WITH_PROXY);
    for (const { type, inputs, secretInputs } of resources) {
      assert.deepEqual(secretInputs, [], type);
      for (const field of ["password", "passwordWo"]) assert.equal(inputs[field], undefined, type);
    }
    assert.deepEqual(one(ROTATION).inputs, {
      secretId: SECRET_ARN,
      region: "eu-north-1",
      rotateImmediately: false,
      rotationRules: { automaticallyAfterDays: 30 },
    });
  });

  it("copies backups to the other region under that region's key, kept as long as at home", async () => {
    const { one } = await run({ backupRetentionInDays: 14 });
    assert.deepEqual(one(REPLICATION).inputs, {
      region: "eu-west-1",
      sourceDbInstanceArn: one(INSTANCE).outputs.arn,
      kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/replica",
      retentionPeriod: 14,
    });
    assert.equal(one(INSTANCE).inputs.backupRetentionPeriod, 14);
  });

  it("hands out the instance's address, a URL without a password, and a reference to the secret", async () => {
    const { result } = await run();
    const host = "ai-prism-postgres.abc123.eu-north-1.rds.amazonaws.com";
    assert.equal(await valueOf(result.instanceIdentifier), "ai-prism-postgres");
    assert.equal(await valueOf(result.address), host);
    assert.equal(result.port, 5432);
    assert.equal(
      await valueOf(result.url),
      `postgresql+psycopg://aiprismadmin@${host}:5432/aiprism?sslmode=verify-full`,
    );
    assert.equal(await isSecret(result.url), false);
    assert.equal(await valueOf(result.secretArn), SECRET_ARN);
  });

  it("lets an instance read this one secret, and its key only through Secrets Manager", async () => {
    assert.deepEqual(await valueOf((await run()).result.instanceStatements), READ_SECRET);
  });

  it("knows neither address nor secret in a first preview", async () => {
    for (const args of [{}, WITH_PROXY]) {
      const { result } = await run(args, { preview: true });
      for (const output of [result.address, result.url, result.secretArn]) {
        assert.equal(await valueOf<string>(output), undefined);
      }
    }
  });

  describe("with a proxy", () => {
    it("lets only TLS in and signs in with the managed secret", async () => {
      const { one } = await run(WITH_PROXY);
      assert.deepEqual(one(PROXY).inputs, {
        name: "ai-prism-postgres-proxy",
        region: "eu-north-1",
        engineFamily: "POSTGRESQL",
        roleArn: "arn:aws:iam::111122223333:role/database-proxy",
        requireTls: true,
        idleClientTimeout: 1800,
        vpcSubnetIds: WITH_PROXY.proxy.subnetIds,
        vpcSecurityGroupIds: ["sg-0dddddddddddddddd"],
        auths: [{ authScheme: "SECRETS", iamAuth: "DISABLED", secretArn: SECRET_ARN }],
      });
    });

    it("has a role that RDS assumes and that reads this one secret", async () => {
      const { one } = await run(WITH_PROXY);
      assert.deepEqual(JSON.parse(one(ROLE).inputs.assumeRolePolicy).Statement, [
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "rds.amazonaws.com" } },
      ]);
      assert.equal(one(ROLE_POLICY).inputs.role, "database-proxy");
      assert.deepEqual(JSON.parse(one(ROLE_POLICY).inputs.policy).Statement, READ_SECRET);
    });

    it("exists after its permissions and its log group", async () => {
      const dependencies = (await run(WITH_PROXY)).one(PROXY).dependencies.map(typeAndName);
      assert.ok(dependencies.includes(`${ROLE_POLICY} database-proxy`));
      assert.ok(dependencies.includes(`${LOG_GROUP} database-proxy`));
    });

    it("leads to the instance and leaves a tenth of its connections to others", async () => {
      const { one } = await run(WITH_PROXY);
      assert.deepEqual(one(TARGET_GROUP).inputs, {
        dbProxyName: "ai-prism-postgres-proxy",
        region: "eu-north-1",
        connectionPoolConfig: { maxConnectionsPercent: 90, maxIdleConnectionsPercent: 50, connectionBorrowTimeout: 30 },
      });
      assert.deepEqual(one(TARGET).inputs, {
        dbProxyName: "ai-prism-postgres-proxy",
        region: "eu-north-1",
        targetGroupName: "default",
        dbInstanceIdentifier: "ai-prism-postgres",
      });
    });

    it("never keeps more connections idle than it may open", async () => {
      const { one } = await run({ proxy: { ...WITH_PROXY.proxy, maxConnectionsPercent: 40 } });
      const { maxConnectionsPercent, maxIdleConnectionsPercent } = one(TARGET_GROUP).inputs.connectionPoolConfig;
      assert.deepEqual([maxConnectionsPercent, maxIdleConnectionsPercent], [40, 40]);
    });

    it("is what the application connects to", async () => {
      const { result } = await run(WITH_PROXY);
      const host = "ai-prism-postgres-proxy.proxy-abc123.eu-north-1.rds.amazonaws.com";
      assert.equal(await valueOf(result.address), host);
      assert.equal(
        await valueOf(result.url),
        `postgresql+psycopg://aiprismadmin@${host}:5432/aiprism?sslmode=verify-full`,
      );
      assert.equal(await valueOf(result.instanceIdentifier), "ai-prism-postgres");
    });
  });

  it("protects the data unless the environment is disposable", async () => {
    const kept = (await run()).one(INSTANCE);
    assert.equal(kept.protect, true);
    const { protect, inputs } = (await run({ disposable: true })).one(INSTANCE);
    assert.equal(protect, false);
    assert.deepEqual(
      [
        inputs.deletionProtection,
        inputs.skipFinalSnapshot,
        inputs.finalSnapshotIdentifier,
        inputs.deleteAutomatedBackups,
      ],
      [false, true, undefined, true],
    );
    assert.equal(inputs.storageEncrypted, true);
    assert.equal(inputs.backupRetentionPeriod, 7);
  });

  it("ignores no change, so that nothing a policy guards can drift", async () => {
    for (const { type, name, ignoreChanges } of (await run(WITH_PROXY)).resources) {
      assert.deepEqual(ignoreChanges, [], `${type} ${name}`);
    }
  });

  it("merges an object, or lets a function edit, over one child's arguments and leaves the rest", async () => {
    const { one } = await run({
      ...WITH_PROXY,
      transform: {
        instance: { instanceClass: "db.m6g.large" },
        proxy: (args) => {
          args.debugLogging = true;
        },
        logGroup: (args, _options, name) => {
          if (name === "database-upgrade") args.retentionInDays = 365;
        },
      },
    });
    assert.equal(one(INSTANCE).inputs.instanceClass, "db.m6g.large");
    assert.equal(one(INSTANCE).inputs.storageEncrypted, true);
    assert.equal(one(PROXY).inputs.debugLogging, true);
    assert.equal(one(PROXY).inputs.requireTls, true);
    assert.equal(one(LOG_GROUP, "database-upgrade").inputs.retentionInDays, 365);
    assert.equal(one(LOG_GROUP, "database-postgresql").inputs.retentionInDays, 90);
  });

  it("reaches every child through its nodes", async () => {
    const { result, resources } = await run(WITH_PROXY);
    const children = Object.values(result.nodes).flat();
    assert.equal(children.length, resources.filter(({ custom }) => custom).length);
    assert.deepEqual(Object.keys((await run()).result.nodes).sort(), [
      "backupReplication",
      "instance",
      "logGroups",
      "parameterGroup",
      "rotation",
      "subnetGroup",
    ]);
  });

  const REFUSED: [string, Partial<PostgresDbArgs>, string][] = [
    [
      "backups that are not kept",
      { backupRetentionInDays: 0 },
      "backupRetentionInDays = 0 is not allowed: a whole number from 1 to 35",
    ],
    [
      "backups kept longer than RDS can",
      { backupRetentionInDays: 36 },
      "backupRetentionInDays = 36 is not allowed: a whole number from 1 to 35",
    ],
    [
      "a password that is never rotated",
      { passwordRotationInDays: 0 },
      "passwordRotationInDays = 0 is not allowed: a whole number from 1 to 1000",
    ],
    [
      "storage that may hardly grow",
      { maxAllocatedStorageInGiB: 21 },
      "maxAllocatedStorageInGiB = 21 is not allowed: at least 22: a tenth more than allocatedStorageInGiB",
    ],
    [
      "backups copied to where they are",
      { backupReplication: { ...ARGS.backupReplication, region: "eu-north-1" } },
      'backupReplication.region = "eu-north-1" is not allowed: another region than the database\'s',
    ],
    [
      "a proxy that may open no connection",
      { proxy: { ...WITH_PROXY.proxy, maxConnectionsPercent: 0 } },
      "proxy.maxConnectionsPercent = 0 is not allowed: a whole number from 1 to 100",
    ],
  ];
  for (const [what, args, message] of REFUSED) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(run(args), { message: `PostgresDb "database": ${message}` });
    });
  }

  it("leaves an adopted instance its keys, its subnet group, its minor version and its other groups", async () => {
    const adopted = {
      subnetGroupName: "default-vpc-0123456789abcdef0",
      kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/found",
      secretKmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/secret",
      performanceInsightsKmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/insights",
      securityGroupIds: ["sg-0eeeeeeeeeeeeeeee"],
    };
    const { all, one, list } = await run({ adopted });
    const { inputs } = one(INSTANCE);
    assert.equal(inputs.kmsKeyId, adopted.kmsKeyArn);
    assert.equal(inputs.manageMasterUserPassword, true);
    assert.equal(inputs.masterUserSecretKmsKeyId, undefined);
    assert.equal(inputs.performanceInsightsKmsKeyId, adopted.performanceInsightsKmsKeyArn);
    assert.equal(inputs.dbSubnetGroupName, adopted.subnetGroupName);
    assert.deepEqual(inputs.vpcSecurityGroupIds, ["sg-0cccccccccccccccc", "sg-0eeeeeeeeeeeeeeee"]);
    assert.deepEqual(all(SUBNET_GROUP), []);
    const others = alone.filter((resource) => !resource.startsWith(SUBNET_GROUP));
    assert.deepEqual(list(), others);
  });

  it("lets instances read an adopted instance's secret with the key that it is encrypted with", async () => {
    const secretKmsKeyArn = "arn:aws:kms:eu-north-1:111122223333:key/secret";
    const adopted = { subnetGroupName: "found", kmsKeyArn: KEY_ARN, secretKmsKeyArn, securityGroupIds: [] };
    const { result } = await run({ adopted });
    const statements = (await valueOf(result.instanceStatements)) as { Resource: string }[];
    assert.deepEqual(
      statements.map(({ Resource }) => Resource),
      [SECRET_ARN, secretKmsKeyArn],
    );
    // A key of Performance Insights that was never chosen is the new one.
    assert.equal((await run({ adopted })).one(INSTANCE).inputs.performanceInsightsKmsKeyId, KEY_ARN);
  });

  describe("restored", () => {
    const time = "2026-11-26T05:00:00Z";

    it("is an instance of another name from the old one's backups, with what the data bring along", async () => {
      const { one, result } = await run({
        ...WITH_PROXY,
        restored: { nameSuffix: "2", instance: "ai-prism-postgres", time },
      });
      const { inputs, ignoreChanges } = one(INSTANCE, "database-2");
      assert.equal(inputs.identifier, "ai-prism-postgres-2");
      assert.deepEqual(inputs.restoreToPointInTime, {
        sourceDbInstanceIdentifier: "ai-prism-postgres",
        restoreTime: time,
      });
      assert.deepEqual([inputs.dbName, inputs.username, inputs.snapshotIdentifier], [undefined, undefined, undefined]);
      assert.equal(inputs.finalSnapshotIdentifier, "ai-prism-postgres-2-final");
      assert.deepEqual(ignoreChanges, ["kmsKeyId"]);
      assert.equal(one(SUBNET_GROUP).inputs.name, "ai-prism-postgres");
      assert.equal(one(LOG_GROUP, "database-upgrade").inputs.name, "/aws/rds/instance/ai-prism-postgres-2/upgrade");
      assert.equal(one(TARGET).deleteBeforeReplace, true);
      assert.equal(await valueOf(result.instanceIdentifier), "ai-prism-postgres-2");
    });

    it("goes to the last moment there is when none is named, and to that of a snapshot", async () => {
      const automatedBackupsArn = "arn:aws:rds:eu-north-1:111122223333:auto-backup:ab-1a2b3c";
      const replicated = await run({ restored: { nameSuffix: "2", automatedBackupsArn } });
      assert.deepEqual(replicated.one(INSTANCE).inputs.restoreToPointInTime, {
        sourceDbInstanceAutomatedBackupsArn: automatedBackupsArn,
        useLatestRestorableTime: true,
      });
      const { inputs } = (await run({ restored: { nameSuffix: "3", snapshot: "before" } })).one(INSTANCE);
      assert.deepEqual([inputs.snapshotIdentifier, inputs.restoreToPointInTime], ["before", undefined]);
    });

    it("has a secret with the environment's key even where an adopted instance had another", async () => {
      const adopted = {
        subnetGroupName: "default-vpc-1",
        kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/old",
        secretKmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/old",
        securityGroupIds: [],
      };
      const { one, result } = await run({ adopted, restored: { nameSuffix: "2", snapshot: "before" } });
      assert.equal(one(INSTANCE).inputs.masterUserSecretKmsKeyId, KEY_ARN);
      assert.deepEqual(await valueOf(result.instanceStatements), READ_SECRET);
    });

    it("is refused from nothing, from two things, and from a snapshot at another time", async () => {
      for (const restored of [{ nameSuffix: "2" }, { nameSuffix: "2", instance: "a", snapshot: "b" }]) {
        await assert.rejects(
          run({ restored }),
          /restored = .* is not allowed: one of instance, snapshot and automatedBackupsArn/,
        );
      }
      await assert.rejects(run({ restored: { nameSuffix: "2", snapshot: "b", time } }), /restored\.time = /);
    });
  });
});

/** `type name` of a URN, its type without those of its parents. */
function typeAndName(urn: string): string {
  const [, , qualified = "", name] = urn.replace(/^urn:pulumi:/, "").split("::");
  return `${qualified.split("$").at(-1)} ${name}`;
}
