import { isObject, list, text } from "../values";
import type { Models, ModelContext } from "./model";

const SECRET = "aws:secretsmanager/secret:Secret";

/** A secret of the program, or one that a database keeps for itself. */
function noSecret({ inputs, world, region }: ModelContext): string | undefined {
  const arn = text(inputs.secretId) ?? text(inputs.secretArn) ?? "";
  const known = world.findBy(SECRET, "arn", arn) ?? world.findBy(SECRET, "name", arn, region);
  if (known && known.region !== region) return `secret ${arn} is in ${known.region}, not in ${region}`;
  const managed = world
    .ofType("aws:rds/instance:Instance")
    .some(({ outputs }) => list(outputs.masterUserSecrets).some((one) => isObject(one) && one.secretArn === arn));
  return known || managed ? undefined : `there is no secret ${arn}`;
}

export const models: Models = {
  [SECRET]: {
    outputs: () => ({ policy: "", replicas: [] }),
    refuse({ inputs, region }) {
      const days = Number(inputs.recoveryWindowInDays ?? 30);
      if (days !== 0 && (days < 7 || days > 30)) return `recoveryWindowInDays must be 0 or 7 to 30, not ${days}`;
      const same = list(inputs.replicas).some((replica) => isObject(replica) && replica.region === region);
      return same ? `replicas: ${region} is the secret's own region` : undefined;
    },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    outputs: ({ identifiers, inputs }) => ({
      versionId: identifiers.uuid(),
      secretArn: inputs.secretId,
      hasSecretStringWo: inputs.secretStringWo !== undefined,
      versionStages: ["AWSCURRENT"],
    }),
    refuse: noSecret,
  },
  "aws:secretsmanager/secretRotation:SecretRotation": { refuse: noSecret },
  "aws:secretsmanager/secretPolicy:SecretPolicy": { refuse: noSecret },
};
