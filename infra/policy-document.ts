import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM, bucket or key policy. */
export type Statement = aws.iam.PolicyStatement;

/** A policy document as the JSON text that AWS resources take, from statements that may hold outputs. */
export function policyJson(statements: pulumi.Input<pulumi.Input<Statement>[]>): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** The trust policy of a role that one AWS service assumes, for this account's own resources only. */
export function trustService(service: string, accountId: string): pulumi.Output<string> {
  return policyJson([
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: service },
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
  ]);
}
