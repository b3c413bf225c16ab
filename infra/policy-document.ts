import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM, bucket or key policy. */
export type Statement = aws.iam.PolicyStatement;

/** A policy document as the JSON text that AWS resources take, from statements that may hold outputs. */
export function policyJson(statements: pulumi.Input<pulumi.Input<Statement>[]>): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** The trust policy of a role that one AWS service assumes. */
export function trustService(service: string, condition?: Statement["Condition"]): pulumi.Output<string> {
  return policyJson([
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: service },
      ...(condition && { Condition: condition }),
    },
  ]);
}

/** Condition that lets a service act only for this account's own resources: no confused deputy. */
export function ownAccount(accountId: string): Statement["Condition"] {
  return { StringEquals: { "aws:SourceAccount": accountId } };
}

/** What reading a secret takes: its value, and its key through Secrets Manager alone. */
export function readSecret(
  secretArn: pulumi.Input<string>,
  kmsKeyArn: pulumi.Input<string>,
  region: string,
): pulumi.Output<Statement[]> {
  return pulumi.output([
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secretArn },
    {
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: kmsKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
    },
  ]) as pulumi.Output<Statement[]>;
}

/**
 * Leaves a key's administration to the account's IAM policies. Without this statement nobody but whom the key's policy
 * names could ever use or mend it.
 */
export function administeredThroughIam(accountId: string): Statement {
  return {
    Sid: "AccountAdministersThroughIam",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  };
}
