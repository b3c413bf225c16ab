import type { Properties } from "../../rehearsal/values";
import { type Account, ACCOUNT } from "./account";

/** A policy of these statements. */
export function policy(...statements: Properties[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A statement that lets a service in. */
export function allow(service: string, action: string, resource = "*", condition?: Properties): Properties {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: action, Resource: resource };
  return condition ? { ...statement, Condition: condition } : statement;
}

/** A trust policy for one service. */
export function trust(service: string, condition?: Properties): string {
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } };
  return policy(condition ? { ...statement, Condition: condition } : statement);
}

/** A role that a service may assume. @returns its ARN */
export function role(account: Account, name: string, service: string, condition?: Properties): string {
  const inputs = { name, assumeRolePolicy: trust(service, condition) };
  return String(account.create("aws:iam/role:Role", name, inputs).outputs.arn);
}

/** A VPC with a subnet in each of the zones. */
export function network(
  account: Account,
  zones = ["eu-north-1a", "eu-north-1b"],
  name = "net",
): { vpcId: string; subnetIds: string[] } {
  const vpcId = account.create("aws:ec2/vpc:Vpc", name, { cidrBlock: "10.0.0.0/16" }).id;
  const subnetIds = zones.map((availabilityZone, index) => {
    const inputs = { vpcId, cidrBlock: `10.0.${index}.0/24`, availabilityZone };
    return account.create("aws:ec2/subnet:Subnet", `${name}-${index}`, inputs).id;
  });
  return { vpcId, subnetIds };
}

/** A security group. @returns its id */
export function securityGroup(account: Account, vpcId: string, name: string): string {
  return account.create("aws:ec2/securityGroup:SecurityGroup", name, { vpcId, name, description: name }).id;
}

/** A statement that leaves a key to its account. */
export const administration: Properties = {
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: "kms:*",
  Resource: "*",
};

/** A key. @returns its ARN and id */
export function key(account: Account, name: string, inputs: Properties = {}): { arn: string; id: string } {
  const { id, outputs } = account.create("aws:kms/key:Key", name, inputs);
  return { arn: String(outputs.arn), id };
}

/** A key that was deleted and is not gone yet. @returns its ARN */
export function deletedKey(account: Account, name = "old"): string {
  const { arn, id } = key(account, name);
  account.delete("aws:kms/key:Key", name, id);
  return arn;
}

/** A bucket with a policy. @returns its ARN */
export function bucket(account: Account, name: string, ...statements: Properties[]): string {
  account.create("aws:s3/bucket:Bucket", name, { bucket: name });
  if (statements.length > 0) {
    account.create("aws:s3/bucketPolicy:BucketPolicy", name, { bucket: name, policy: policy(...statements) });
  }
  return `arn:aws:s3:::${name}`;
}

/** What a function needs besides its name and role. */
export const code: Properties = { s3Bucket: "code", s3Key: "code.zip", handler: "main.handler", runtime: "python3.13" };
