import { elasticacheAuth } from "../../../policies/rules/elasticache-auth";
import { elasticacheBackups } from "../../../policies/rules/elasticache-backups";
import { elasticacheFailover } from "../../../policies/rules/elasticache-failover";
import { elasticacheHygiene } from "../../../policies/rules/elasticache-hygiene";
import { elasticacheUserPasswords } from "../../../policies/rules/elasticache-user-passwords";
import { fixture, inStack } from "../fixture";
import { describeRule, unknown } from "../support";

const cache = fixture("aws:elasticache/replicationGroup:ReplicationGroup", {
  userGroupIds: ["sessions"],
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
  numCacheClusters: 2,
  snapshotRetentionLimit: 7,
  kmsKeyId: unknown,
});

describeRule(elasticacheAuth, {
  passes: {
    "a cache with a group of users": cache(),
    "a group that is not known yet": cache({ userGroupIds: unknown }),
    "a token": cache({ userGroupIds: undefined, authToken: unknown }),
    "a token that is written and not kept": cache({ userGroupIds: undefined, authTokenWo: unknown }),
    "a secondary, which has its primary's": cache({ userGroupIds: undefined, globalReplicationGroupId: "g" }),
  },
  fails: {
    "a cache without authentication": [cache({ userGroupIds: undefined }), /Neither userGroupIds nor authToken/],
    "an empty list of groups": [cache({ userGroupIds: [] }), /Neither userGroupIds/],
  },
  waits: {},
});

const user = fixture("aws:elasticache/user:User", {
  accessString: "on ~* &* +@all -@dangerous",
  authenticationMode: { type: "password", passwords: [unknown] },
});
describeRule(elasticacheUserPasswords, {
  passes: {
    "a user with a password": user(),
    "a user who may do nothing": user({
      accessString: "off -@all",
      authenticationMode: { type: "no-password-required" },
    }),
    "a user who comes with IAM": user({ authenticationMode: { type: "iam" } }),
    "a user who reads only": user({ accessString: "on ~* +@read" }),
  },
  fails: {
    "a user who needs no password": [
      user({ authenticationMode: { type: "no-password-required" } }),
      /on and needs no password/,
    ],
    "the same said the old way": [
      user({ authenticationMode: undefined, noPasswordRequired: true }),
      /on and needs no password/,
    ],
    "a user who may end the server": [user({ accessString: "on ~* +@all" }), /allows every command/],
  },
  waits: { "an access string that is not known yet": user({ accessString: unknown }) },
});

describeRule(elasticacheFailover, {
  passes: {
    "two nodes that stand in for each other": cache(),
    "one node where the stack may fail with its zone": inStack(
      "dev",
      cache({ automaticFailoverEnabled: false, multiAzEnabled: false, numCacheClusters: 1 }),
    ),
  },
  fails: {
    "a group that does not fail over": [cache({ automaticFailoverEnabled: false }), /automaticFailoverEnabled/],
    "a group in one zone": [cache({ multiAzEnabled: undefined }), /multiAzEnabled/],
    "a single node": [cache({ numCacheClusters: 1 }), /numCacheClusters is 1/],
  },
  waits: { "a value that is not known yet": cache({ multiAzEnabled: unknown }) },
});

describeRule(elasticacheBackups, {
  passes: {
    "a week of snapshots": cache(),
    "a secondary, which is saved at its primary": cache({ snapshotRetentionLimit: 0, globalReplicationGroupId: "g" }),
  },
  fails: {
    "no snapshots": [cache({ snapshotRetentionLimit: 0 }), /kept for 0 days/],
    "a group that leaves it out": [cache({ snapshotRetentionLimit: undefined }), /kept for 0 days/],
    "fewer than the parameter asks for": [{ resources: cache(), parameters: { minDays: 14 } }, /fewer than 14/],
  },
  waits: { "a value that is not known yet": cache({ snapshotRetentionLimit: unknown }) },
});

describeRule(elasticacheHygiene, {
  passes: { "a key of its own": cache({ autoMinorVersionUpgrade: true }) },
  fails: {
    "AWS's key": [cache({ kmsKeyId: undefined }), /kmsKeyId names no key/],
    "a cache that stays behind": [cache({ autoMinorVersionUpgrade: "false" }), /autoMinorVersionUpgrade is false/],
  },
  waits: { "a value that is not known yet": cache({ autoMinorVersionUpgrade: unknown }) },
});
