import { isObject, list, text } from "../values";
import type { WorldResource } from "../world";
import { lingeringType, type ModelContext, type Models, type Refused, refused } from "./model";
import { naming, plain, unusableKey, mayInvoke } from "./references";

const SECRET = "aws:secretsmanager/secret:Secret";

/** The program's secret with this ARN or name. */
function secretOf({ inputs, world, region }: ModelContext): WorldResource | undefined {
  const arn = text(inputs.secretId) ?? text(inputs.secretArn) ?? "";
  return world.findBy(SECRET, "arn", arn) ?? world.findBy(SECRET, "name", arn, region);
}

/** A secret of the program, or one that a database keeps for itself. */
function noSecret(context: ModelContext): Refused | undefined {
  const { inputs, world, region } = context;
  const arn = text(inputs.secretId) ?? text(inputs.secretArn) ?? "";
  const known = secretOf(context);
  if (known && known.region !== region) {
    return refused("ResourceNotFoundException", `secret ${arn} is in ${known.region}, not in ${region}`);
  }
  const managed = world
    .ofType("aws:rds/instance:Instance")
    .some(({ outputs }) => list(outputs.masterUserSecrets).some((one) => isObject(one) && one.secretArn === arn));
  if (known || managed) return undefined;
  if (world.findBy(lingeringType(SECRET), "arn", arn)) {
    return refused(
      "InvalidRequestException",
      `You can't perform this operation on the secret because it was marked for deletion: ${arn}`,
    );
  }
  return refused(
    "ResourceNotFoundException",
    `Secrets Manager can't find the specified secret: there is no secret ${arn}`,
  );
}

function refuseSecret({ inputs, region, world }: ModelContext): Refused | undefined {
  const days = Number(inputs.recoveryWindowInDays ?? 30);
  if (days !== 0 && (days < 7 || days > 30)) {
    return refused("InvalidParameterException", `recoveryWindowInDays must be 0 or 7 to 30, not ${days}`);
  }
  const same = list(inputs.replicas).some((replica) => isObject(replica) && replica.region === region);
  if (same) return refused("InvalidParameterException", `replicas: ${region} is the secret's own region`);
  const old = world.findBy(lingeringType(SECRET), "name", inputs.name, region);
  return (
    old &&
    refused(
      "InvalidRequestException",
      `You can't create this secret because a secret with this name is already scheduled for deletion: "${old.name}" (${String(inputs.name)})`,
    )
  );
}

function refuseVersion(context: ModelContext): Refused | undefined {
  const missing = noSecret(context);
  if (missing) return missing;
  const secret = secretOf(context);
  const unusable = secret && unusableKey(context, plain(secret).kmsKeyId);
  return unusable
    ? refused(
        "EncryptionFailure",
        `Secrets Manager can't encrypt the protected secret text using the provided KMS key: ${unusable}`,
      )
    : undefined;
}

function refuseRotation(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const missing = noSecret(context);
  if (missing) return missing;
  const arn = text(inputs.rotationLambdaArn);
  const secret = secretOf(context);
  if (!arn) {
    // A service rotates the secrets that it keeps.
    return secret && inputs.externalSecretRotationRoleArn === undefined
      ? refused(
          "InvalidRequestException",
          `No Lambda rotation function ARN is associated with this secret: ${naming(secret)} needs rotationLambdaArn`,
        )
      : undefined;
  }
  const lambda = world.findBy("aws:lambda/function:Function", "arn", arn);
  return lambda && !mayInvoke(context, lambda.id, arn, "secretsmanager.amazonaws.com")
    ? refused(
        "AccessDeniedException",
        `Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com: ${naming(lambda)}`,
      )
    : undefined;
}

export const models: Models = {
  [SECRET]: {
    outputs: () => ({ policy: "" }),
    refuse: refuseSecret,
    lingers: ({ inputs }) => Number(inputs.recoveryWindowInDays ?? 30) !== 0,
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    outputs: ({ identifiers, inputs }) => ({
      versionId: identifiers.uuid(),
      secretArn: inputs.secretId,
      hasSecretStringWo: inputs.secretStringWo !== undefined,
      versionStages: ["AWSCURRENT"],
    }),
    refuse: refuseVersion,
  },
  "aws:secretsmanager/secretRotation:SecretRotation": { refuse: refuseRotation },
  "aws:secretsmanager/secretPolicy:SecretPolicy": { refuse: noSecret },
};
