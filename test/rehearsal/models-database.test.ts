import type { Properties } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";
import { deletedKey, key, network, role, securityGroup } from "./fixtures";

const DATABASE = "aws:rds/instance:Instance";
const GROUP = "aws:rds/subnetGroup:SubnetGroup";
const PARAMETERS = "aws:rds/parameterGroup:ParameterGroup";
const BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";
const PROXY = "aws:rds/proxy:Proxy";
const TARGET = "aws:rds/proxyTarget:ProxyTarget";
const CACHE = "aws:elasticache/replicationGroup:ReplicationGroup";
const CACHE_GROUP = "aws:elasticache/subnetGroup:SubnetGroup";
const CACHE_PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup";
const USER = "aws:elasticache/user:User";
const USERS = "aws:elasticache/userGroup:UserGroup";

const database: Properties = {
  identifier: "db",
  engine: "postgres",
  engineVersion: "16",
  instanceClass: "db.t3.micro",
  allocatedStorage: 20,
  username: "owner",
  manageMasterUserPassword: true,
  skipFinalSnapshot: true,
};

/** Asserts that a database with these changes is refused. */
function refuses(change: Properties, words: RegExp, account = new Account()): void {
  account.refuses(DATABASE, { ...database, ...change }, words);
}

describe("what a simulated database needs", () => {
  it("is an engine, storage, a user and one password", () => {
    refuses({ engine: undefined, username: undefined }, /MissingParameter: a new instance needs engine, username$/);
    refuses({ manageMasterUserPassword: undefined }, /needs one of password, passwordWo, manageMasterUserPassword$/);
    new Account().create(DATABASE, "copy", {
      identifier: "copy",
      instanceClass: "db.t3.micro",
      snapshotIdentifier: "snapshot",
      skipFinalSnapshot: true,
    });
  });

  it("is a user and a password that the engine takes", () => {
    refuses({ username: "rdsadmin" }, /MasterUsername rdsadmin cannot be used as it is a reserved word/);
    const given = { manageMasterUserPassword: undefined };
    refuses({ ...given, password: "x".repeat(7) }, /password must have at least 8 characters$/);
    refuses({ ...given, password: `${"x".repeat(9)}@` }, /must not contain a slash, a double quote, an @ or a space$/);
  });

  it("is storage in bounds that never shrinks", () => {
    refuses({ storageType: "gp3", allocatedStorage: 10 }, /allocatedStorage must be 20 or more, not 10$/);
    refuses({ maxAllocatedStorage: 10 }, /maxAllocatedStorage 10 is below allocatedStorage 20$/);
    refuses({ storageType: "gp3", iops: 3000 }, /gp3 takes iops and storageThroughput from 400 GiB upwards only$/);
    const account = new Account();
    const { id } = account.create(DATABASE, "db", { ...database, allocatedStorage: 40 });
    account.refusesChange(DATABASE, "db", id, database, /allocatedStorage cannot shrink from 40 to 20$/);
  });

  it("is a key that can be used", () => {
    const account = new Account();
    const { arn } = key(account, "off", { isEnabled: false });
    refuses({ kmsKeyId: arn }, /kmsKeyId needs storageEncrypted true$/);
    const encrypted = { storageEncrypted: true };
    refuses({ ...encrypted, kmsKeyId: arn }, /KMSKeyNotAccessibleFault: .*: key "off" .* is disabled$/, account);
    refuses({ ...encrypted, kmsKeyId: deletedKey(account) }, /key "old" .* is pending deletion$/, account);
    refuses({ masterUserSecretKmsKeyId: arn }, /KMSKeyNotAccessibleFault: .*: key "off"/, account);
    refuses(
      { performanceInsightsEnabled: true, performanceInsightsKmsKeyId: arn },
      /: key "off" .* is disabled$/,
      account,
    );
    const far = key(account, "far", { region: "us-east-1" }).arn;
    refuses({ ...encrypted, kmsKeyId: far }, /key "far" .* is in us-east-1, not in eu-north-1$/, account);
    account.create(DATABASE, "db", { ...database, ...encrypted, kmsKeyId: key(account, "good").arn });
  });

  it("is monitoring that fits together, with a role that it may assume", () => {
    refuses(
      { multiAz: true, availabilityZone: "eu-north-1a" },
      /multiAz true and availabilityZone exclude each other$/,
    );
    refuses({ monitoringInterval: 60 }, /monitoringInterval above 0 needs monitoringRoleArn$/);
    const account = new Account();
    const monitored = (service: string) => ({
      monitoringInterval: 60,
      monitoringRoleArn: role(account, service, service),
    });
    refuses(
      monitored("rds.amazonaws.com"),
      /ENHANCED_MONITORING: the trust policy of role "rds\.amazonaws\.com"/,
      account,
    );
    account.create(DATABASE, "db", { ...database, ...monitored("monitoring.rds.amazonaws.com") });
    refuses({ performanceInsightsRetentionPeriod: 8 }, /must be 7, 731 or a multiple of 31, not 8$/);
    refuses(
      { databaseInsightsMode: "advanced" },
      /needs performanceInsightsEnabled and a retention of at least 465 days$/,
    );
  });

  it("are groups that exist, in zones, a VPC and a version that fit", () => {
    const account = new Account();
    const subnetGroup = (name: string, subnetIds: string[]) => account.create(GROUP, name, { name, subnetIds });
    refuses({ dbSubnetGroupName: "gone" }, /DBSubnetGroupNotFoundFault: .* there is no DB subnet group "gone"/);
    refuses({ parameterGroupName: "gone" }, /DBParameterGroupNotFound: .* there is no DB parameter group "gone"/);
    account.create(PARAMETERS, "old", { name: "old", family: "postgres15" });
    refuses({ parameterGroupName: "old" }, /"old" is for postgres15, and the instance is postgres16$/, account);
    const here = network(account);
    const there = network(account, ["eu-north-1a", "eu-north-1b"], "there");
    subnetGroup("here", here.subnetIds);
    const stranger = securityGroup(account, there.vpcId, "stranger");
    refuses(
      { dbSubnetGroupName: "here", vpcSecurityGroupIds: [stranger] },
      /The DB instance and EC2 security group are in different VPCs: security group "stranger"/,
      account,
    );
    account.refuses(
      GROUP,
      { name: "mixed", subnetIds: [here.subnetIds[0], there.subnetIds[1]] },
      /InvalidSubnet: .* common VPC/,
    );
    account.refuses(
      GROUP,
      { name: "one", subnetIds: [here.subnetIds[0]] },
      /DBSubnetGroupDoesNotCoverEnoughAZs: subnetIds must cover/,
    );
    // A group that lost a zone: its subnet was moved by hand.
    const lost = account.world.find("aws:ec2/subnet:Subnet", here.subnetIds[1]!)!;
    lost.outputs.availabilityZone = "eu-north-1a";
    refuses(
      { dbSubnetGroupName: "here", multiAz: true },
      /multiAz needs two availability zones, and .* "here" covers eu-north-1a$/,
      account,
    );
  });
});

describe("what a simulated database keeps", () => {
  it("is itself while it is protected, and its data when it goes", () => {
    const account = new Account();
    const { id } = account.create(DATABASE, "db", { ...database, deletionProtection: true, skipFinalSnapshot: false });
    account.keeps(DATABASE, "db", id, /Cannot delete protected DB Instance: deletionProtection is on/);
    account.update(DATABASE, "db", id, { ...database, skipFinalSnapshot: false });
    account.keeps(DATABASE, "db", id, /finalSnapshotIdentifier is needed unless skipFinalSnapshot is true$/);
  });

  it("are its groups", () => {
    const account = new Account();
    account.create(GROUP, "db", { name: "db", subnetIds: network(account).subnetIds });
    account.create(PARAMETERS, "db", { name: "db", family: "postgres16" });
    const { id } = account.create(DATABASE, "db", { ...database, dbSubnetGroupName: "db", parameterGroupName: "db" });
    account.keeps(GROUP, "db", "db", /InvalidDBSubnetGroupStateFault: .* it is in use by "db"$/);
    const [first, second] = account.world.ofType("aws:ec2/subnet:Subnet").map((one) => one.id);
    account.delete("aws:ec2/subnet:Subnet", "net-0", first!);
    account.keeps("aws:ec2/subnet:Subnet", "net-1", second!, /DependencyViolation: .*: "db" .* is in it$/);
    account.keeps(PARAMETERS, "db", "db", /InvalidDBParameterGroupState: .* still members of this parameter group db/);
    account.delete(DATABASE, "db", id);
    account.delete(GROUP, "db", "db");
    account.delete(PARAMETERS, "db", "db");
  });
});

describe("simulated backups in another region", () => {
  const backups = (source: unknown, more: Properties = {}) => ({
    sourceDbInstanceArn: source,
    region: "eu-west-1",
    ...more,
  });

  it("need a region that takes them and a database that makes them, once", () => {
    const account = new Account();
    const { outputs } = account.create(DATABASE, "db", { ...database, backupRetentionPeriod: 7 });
    account.refuses(
      BACKUPS,
      backups(outputs.arn, { region: "eu-north-1" }),
      /must go to another region than eu-north-1$/,
    );
    account.refuses(
      BACKUPS,
      backups(outputs.arn, { region: "us-west-2" }),
      /backups from eu-north-1 can go to .*, not to us-west-2$/,
    );
    const gone = `arn:aws:rds:eu-north-1:${ACCOUNT}:db:gone`;
    account.refuses(BACKUPS, backups(gone), /DBInstanceNotFound: .* there is no DB instance .*:gone$/);
    const none = account.create(DATABASE, "none", { ...database, identifier: "none" }).outputs.arn;
    account.refuses(BACKUPS, backups(none), /"none" keeps no backups to replicate$/);
    account.create(BACKUPS, "copy", backups(outputs.arn));
    account.refuses(BACKUPS, backups(outputs.arn), /backups of "db" are replicated by "copy" already$/);
  });

  it("of an encrypted database need a key there that can be used", () => {
    const account = new Account();
    const encrypted = { ...database, backupRetentionPeriod: 7, storageEncrypted: true };
    const source = account.create(DATABASE, "db", encrypted).outputs.arn;
    account.refuses(BACKUPS, backups(source), /an encrypted instance needs kmsKeyId of a key in this region$/);
    account.refuses(
      BACKUPS,
      backups(source, { kmsKeyId: key(account, "home").arn }),
      /kmsKeyId must be a key in eu-west-1: /,
    );
    const off = key(account, "off", { region: "eu-west-1", isEnabled: false }).arn;
    account.refuses(
      BACKUPS,
      backups(source, { kmsKeyId: off }),
      /KMSKeyNotAccessibleFault: .*: key "off" .* is disabled$/,
    );
  });
});

describe("simulated database proxies", () => {
  const proxy = (vpcSubnetIds: string[], roleArn: string, more: Properties = {}) => ({
    name: "proxy",
    engineFamily: "POSTGRESQL",
    auths: [{ authScheme: "SECRETS", secretArn: `arn:aws:secretsmanager:eu-north-1:${ACCOUNT}:secret:s-123456` }],
    vpcSubnetIds,
    roleArn,
    ...more,
  });

  it("lie in two zones of one VPC, with its groups and a role that RDS may assume", () => {
    const account = new Account();
    const here = network(account, ["eu-north-1a", "eu-north-1b", "eu-north-1a"]);
    const there = network(account, ["eu-north-1a"], "there");
    const right = role(account, "right", "rds.amazonaws.com");
    const [a, b, twin] = here.subnetIds;
    account.refuses(
      PROXY,
      proxy([a!, there.subnetIds[0]!], right),
      /InvalidSubnet: .* not all in a common VPC: subnet/,
    );
    account.refuses(
      PROXY,
      proxy([a!, twin!], right),
      /vpcSubnetIds must cover at least two availability zones, and they cover eu-north-1a$/,
    );
    const vpcSecurityGroupIds = [securityGroup(account, there.vpcId, "stranger")];
    account.refuses(
      PROXY,
      proxy([a!, b!], right, { vpcSecurityGroupIds }),
      /vpcSecurityGroupIds: security group "stranger"/,
    );
    const wrong = role(account, "wrong", "ec2.amazonaws.com");
    account.refuses(
      PROXY,
      proxy([a!, b!], wrong),
      /RDS is not authorized to assume the role of the proxy: .* role "wrong"/,
    );
    account.create(PROXY, "proxy", proxy([a!, b!], right));
    account.keeps("aws:ec2/subnet:Subnet", "net-0", a!, /"proxy" is in it$/);
  });

  it("take databases that exist, of their family and in their VPC", () => {
    const account = new Account();
    const here = network(account);
    const there = network(account, ["eu-north-1a", "eu-north-1b"], "there");
    const target = (dbInstanceIdentifier: string) => ({
      dbProxyName: "proxy",
      targetGroupName: "default",
      dbInstanceIdentifier,
    });
    account.refuses(TARGET, target("db"), /DBProxyNotFoundFault: there is no DB proxy "proxy" in eu-north-1$/);
    account.create(PROXY, "proxy", proxy(here.subnetIds, role(account, "right", "rds.amazonaws.com")));
    account.refuses(TARGET, target("gone"), /DBInstanceNotFound: .* there is no DB instance "gone"/);
    account.create(DATABASE, "mysql", { ...database, identifier: "mysql", engine: "mysql", engineVersion: "8.0" });
    account.refuses(TARGET, target("mysql"), /the proxy "proxy" is for POSTGRESQL, and "mysql" .* runs mysql$/);
    account.create(GROUP, "there", { name: "there", subnetIds: there.subnetIds });
    account.create(DATABASE, "far", { ...database, identifier: "far", dbSubnetGroupName: "there" });
    account.refuses(TARGET, target("far"), /must be in the proxy's VPC vpc-.*, and is in vpc-/);
    account.create(DATABASE, "db", database);
    account.create(TARGET, "db", target("db"));
  });

  it("tell events to a topic that exists", () => {
    const snsTopic = `arn:aws:sns:eu-north-1:${ACCOUNT}:gone`;
    new Account().refuses("aws:rds/eventSubscription:EventSubscription", { snsTopic }, /SNSTopicArnNotFound: .*:gone$/);
  });
});

describe("simulated caches", () => {
  const cache: Properties = {
    replicationGroupId: "redis",
    description: "sessions",
    engine: "redis",
    engineVersion: "7.1",
    nodeType: "cache.t3.micro",
    numCacheClusters: 2,
    transitEncryptionEnabled: true,
    automaticFailoverEnabled: true,
  };
  const refusesCache = (change: Properties, words: RegExp, account = new Account()) =>
    account.refuses(CACHE, { ...cache, ...change }, words);

  it("need settings that fit together and a key that can be used", () => {
    refusesCache({ nodeType: undefined }, /nodeType must be given$/);
    refusesCache(
      { transitEncryptionEnabled: false, userGroupIds: ["app"] },
      /userGroupIds needs transitEncryptionEnabled true$/,
    );
    refusesCache(
      { kmsKeyId: `arn:aws:kms:eu-north-1:${ACCOUNT}:key/k` },
      /kmsKeyId needs atRestEncryptionEnabled true$/,
    );
    refusesCache(
      { multiAzEnabled: true, automaticFailoverEnabled: false },
      /multiAzEnabled needs automaticFailoverEnabled true$/,
    );
    refusesCache({ numCacheClusters: 1 }, /automaticFailoverEnabled needs two nodes, and there is 1$/);
    const account = new Account();
    const kmsKeyId = key(account, "off", { isEnabled: false }).arn;
    refusesCache(
      { atRestEncryptionEnabled: true, kmsKeyId },
      /InvalidKMSKeyFault: .*: key "off" .* is disabled$/,
      account,
    );
  });

  it("need groups that exist and fit, and keep them", () => {
    const account = new Account();
    refusesCache({ subnetGroupName: "gone" }, /CacheSubnetGroupNotFoundFault: .*"gone" in eu-north-1$/);
    refusesCache({ parameterGroupName: "gone" }, /CacheParameterGroupNotFound: .*"gone" in eu-north-1$/);
    refusesCache({ userGroupIds: ["gone"] }, /UserGroupNotFoundFault: .*"gone" in eu-north-1$/);
    account.create(CACHE_PARAMETERS, "old", { name: "old", family: "redis6.x" });
    refusesCache({ parameterGroupName: "old" }, /"old" is for redis6\.x, and the group is redis7$/, account);
    const here = network(account, ["eu-north-1a"]);
    const there = network(account, ["eu-north-1b"], "there");
    const mixed = [...here.subnetIds, ...there.subnetIds];
    account.refuses(
      CACHE_GROUP,
      { name: "mixed", subnetIds: mixed },
      /InvalidSubnet: the subnets must all be in one VPC/,
    );
    account.create(CACHE_GROUP, "cache", { name: "cache", subnetIds: here.subnetIds });
    refusesCache(
      { subnetGroupName: "cache", multiAzEnabled: true },
      /multiAzEnabled needs two availability zones, and the cache subnet group "cache" covers eu-north-1a$/,
      account,
    );
    const stranger = securityGroup(account, there.vpcId, "stranger");
    refusesCache(
      { subnetGroupName: "cache", securityGroupIds: [stranger] },
      /must be in the same VPC: security group "stranger"/,
      account,
    );
    account.create(CACHE_PARAMETERS, "cache", { name: "cache", family: "redis7" });
    account.create(CACHE, "redis", { ...cache, subnetGroupName: "cache", parameterGroupName: "cache" });
    account.keeps(CACHE_GROUP, "cache", "cache", /CacheSubnetGroupInUse: .*: "redis"$/);
    account.keeps(CACHE_PARAMETERS, "cache", "cache", /InvalidCacheParameterGroupState: .*: "redis"$/);
  });

  it("let in users that exist, one of a name, and by redis one named default", () => {
    const account = new Account();
    const user = (userId: string, userName: string) =>
      account.create(USER, userId, {
        userId,
        userName,
        engine: "redis",
        accessString: "on ~* +@all",
        noPasswordRequired: true,
      });
    const group = (userIds: string[]) => ({ userGroupId: "app", engine: "redis", userIds });
    account.refuses(USERS, group(["gone"]), /UserNotFoundFault: there is no user "gone" in eu-north-1$/);
    user("app", "app");
    user("twin", "app");
    account.refuses(USERS, group(["default", "app", "twin"]), /DuplicateUserName: .* two are named "app"$/);
    account.refuses(USERS, group(["app"]), /DefaultUserRequired: .* must hold a user named "default"$/);
    account.create(USERS, "app", group(["default", "app"]));
    account.create(CACHE, "redis", { ...cache, userGroupIds: ["app"] });
    account.keeps(USERS, "app", "app", /InvalidUserGroupState: User group app is associated with "redis"$/);
    account.delete(USER, "twin", "twin");
  });
});

describe("simulated tables", () => {
  const TABLE = "aws:dynamodb/table:Table";
  const table = {
    name: "table",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
  };

  it("need a key that can be used, and stay while they are protected", () => {
    const account = new Account();
    const serverSideEncryption = { enabled: true, kmsKeyArn: deletedKey(account) };
    account.refuses(TABLE, { ...table, serverSideEncryption }, /KMSMasterKeyId: key "old" .* is pending deletion$/);
    account.create(TABLE, "table", { ...table, deletionProtectionEnabled: true });
    account.keeps(TABLE, "table", "table", /protected against deletion: deletionProtectionEnabled is on for table$/);
  });
});
