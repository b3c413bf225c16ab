import { text } from "../values";
import { isLingering, type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { like, several, statementsOf } from "./policy";
import { keyOf, naming, others, plain } from "./references";

const KEY = "aws:kms/key:Key";
const REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey";

/** The policy of a key that is given none: the account decides. */
function rootPolicy({ partition, account }: ModelContext): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}

const alias: Model = {
  outputs: ({ inputs, world }) => {
    const target = text(inputs.targetKeyId) ?? "";
    const key = world.find(KEY, target);
    return { targetKeyArn: key?.outputs.arn ?? target };
  },
  refuse({ inputs, world, region }) {
    if (String(inputs.name).startsWith("alias/aws/")) {
      return refused("NotAuthorizedException", "names that begin with alias/aws/ belong to AWS");
    }
    const target = text(inputs.targetKeyId) ?? "";
    const home = target.startsWith("arn:") ? target.split(":")[3]! : region;
    const key = keyOf(world, target, home) ?? world.find(KEY, target);
    if (!key) return refused("NotFoundException", `Key '${target}' does not exist: there is no key ${target}`);
    if (isLingering(key)) {
      return refused("KMSInvalidStateException", `key ${naming(key)} is pending deletion`);
    }
    return key.region === region
      ? undefined
      : refused("NotFoundException", `key ${key.id} is in ${key.region}, and the alias in ${region}`);
  },
};

/** A policy must leave somebody of the account who can change it. */
function lockOut({ inputs, account }: ModelContext): Refused | undefined {
  if (inputs.bypassPolicyLockoutSafetyCheck === true || !text(inputs.policy)) return undefined;
  const statements = statementsOf(inputs.policy);
  const administered = statements?.some(({ Effect, Principal, Action, NotAction }) => {
    const named = Principal === "*" ? ["*"] : several((Principal as { AWS?: unknown } | undefined)?.AWS).map(String);
    const own = named.some((one) => one === "*" || one === account || one.split(":")[4] === account);
    const may =
      NotAction !== undefined || several(Action).some((action) => like(String(action), "kms:PutKeyPolicy", true));
    return Effect === "Allow" && own && may;
  });
  return administered === false
    ? refused(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future: nobody of the account may do kms:PutKeyPolicy",
      )
    : undefined;
}

export const models: Models = {
  [KEY]: {
    id: ({ inputs, identifiers }) => (inputs.multiRegion === true ? `mrk-${identifiers.hex(32)}` : identifiers.uuid()),
    outputs: (context) => ({
      keyId: context.id,
      policy: rootPolicy(context),
      multiRegion: false,
      description: "",
      rotationPeriodInDays: context.inputs.enableKeyRotation === true ? 365 : undefined,
    }),
    refuse: lockOut,
    lingers: () => true,
  },
  "aws:kms/alias:Alias": alias,
  "aws:kms/keyPolicy:KeyPolicy": {
    refuse(context) {
      const key = keyOf(context.world, context.inputs.keyId, context.region);
      return key && isLingering(key)
        ? refused("KMSInvalidStateException", `key ${naming(key)} is pending deletion`)
        : lockOut(context);
    },
  },
  [REPLICA_KEY]: {
    outputs: (context) => ({
      policy: rootPolicy(context),
      keyRotationEnabled: false,
      keySpec: "SYMMETRIC_DEFAULT",
      keyUsage: "ENCRYPT_DECRYPT",
    }),
    refuse(context) {
      const { inputs, region, world } = context;
      const primary = world.findBy(KEY, "arn", inputs.primaryKeyArn);
      if (!primary) return refused("NotFoundException", `there is no key ${String(inputs.primaryKeyArn)}`);
      if (primary.inputs.multiRegion !== true) {
        return refused("UnsupportedOperationException", `key ${primary.id} is no multi-region key`);
      }
      if (plain(primary).isEnabled === false) return refused("DisabledException", `key ${naming(primary)} is disabled`);
      const twin = others(context, REPLICA_KEY).find(
        (one) => one.region === region && plain(one).primaryKeyArn === inputs.primaryKeyArn,
      );
      if (primary.region === region || twin) {
        return refused(
          "AlreadyExistsException",
          `the ${twin ? "replica" : "primary"} key is in ${region} already: ${naming(twin ?? primary)}`,
        );
      }
      return lockOut(context);
    },
    lingers: () => true,
  },
};
