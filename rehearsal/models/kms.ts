import { text } from "../values";
import type { Model, ModelContext, Models } from "./model";

const KEY = "aws:kms/key:Key";

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
    if (String(inputs.name).startsWith("alias/aws/")) return "names that begin with alias/aws/ belong to AWS";
    const target = text(inputs.targetKeyId) ?? "";
    const key = world.find(KEY, target) ?? world.findBy(KEY, "arn", target);
    if (!key) return world.find("aws:kms/replicaKey:ReplicaKey", target) ? undefined : `there is no key ${target}`;
    return key.region === region ? undefined : `key ${key.id} is in ${key.region}, and the alias in ${region}`;
  },
};

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
  },
  "aws:kms/alias:Alias": alias,
  "aws:kms/replicaKey:ReplicaKey": {
    outputs: (context) => ({
      policy: rootPolicy(context),
      keyRotationEnabled: false,
      keySpec: "SYMMETRIC_DEFAULT",
      keyUsage: "ENCRYPT_DECRYPT",
    }),
    refuse({ inputs, region, world }) {
      const primary = world.findBy(KEY, "arn", inputs.primaryKeyArn);
      if (!primary) return `there is no key ${String(inputs.primaryKeyArn)}`;
      if (primary.inputs.multiRegion !== true) return `key ${primary.id} is no multi-region key`;
      return primary.region === region ? `the primary key is in ${region} already` : undefined;
    },
  },
};
