import assert from "node:assert/strict";

import { callFunction } from "../../rehearsal/functions";
import { UnmodelledType } from "../../rehearsal/provider";
import { isSecret, type Properties, reveal } from "../../rehearsal/values";
import { Account, ACCOUNT } from "./account";

function call(token: string, args: Properties = {}, account = new Account()): Properties {
  return callFunction(token, args, account.world, "eu-north-1");
}

describe("the simulated data calls", () => {
  it("know account, region, partition and zones", () => {
    assert.equal(call("aws:index/getCallerIdentity:getCallerIdentity").accountId, ACCOUNT);
    assert.equal(call("aws:index/getRegion:getRegion").region, "eu-north-1");
    assert.equal(call("aws:index/getRegion:getRegion", { region: "us-east-1" }).region, "us-east-1");
    assert.deepEqual(call("aws:index/getPartition:getPartition", { region: "cn-north-1" }), {
      region: "cn-north-1",
      id: "aws-cn",
      partition: "aws-cn",
      dnsSuffix: "amazonaws.com.cn",
      reverseDnsPrefix: "cn.com.amazonaws",
    });
    const zones = call("aws:index/getAvailabilityZones:getAvailabilityZones", { excludeNames: ["eu-north-1b"] });
    assert.deepEqual(zones.names, ["eu-north-1a", "eu-north-1c"]);
    assert.deepEqual(zones.zoneIds, ["eun1-az1", "eun1-az3"]);
  });

  it("find the platform that an expression names, and refuse one that fits none or several", () => {
    const token = "aws:elasticbeanstalk/getSolutionStack:getSolutionStack";
    const nameRegex = "^64bit Amazon Linux 2023 v4\\.(.*) running Python 3\\.11$";
    assert.equal(
      call(token, { nameRegex, mostRecent: true }).name,
      "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
    );
    assert.throws(() => call(token, { nameRegex: "Python 3\\.7$" }), /no solution stack matches "Python 3\\.7\$"/);
    assert.throws(() => call(token, { nameRegex: "Python" }), /4 solution stacks match/);
  });

  it("give an existing secret's value as a secret, and no real one", () => {
    const secretId = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:pager-Ab12Cd";
    const { secretString, arn } = call("aws:secretsmanager/getSecretVersion:getSecretVersion", { secretId });
    assert.equal(isSecret(secretString), true);
    assert.match(String(reveal(secretString)), /^https:\/\/rehearsal\.invalid\//);
    assert.equal(arn, secretId);
  });

  it("give CloudFront's prefix list with the weight it has in a security group", () => {
    const token = "aws:ec2/getManagedPrefixList:getManagedPrefixList";
    const found = call(token, { name: "com.amazonaws.global.cloudfront.origin-facing" });
    assert.match(String(found.id), /^pl-[0-9a-f]{8}$/);
    assert.equal(found.maxEntries, 55);
    assert.deepEqual(found, call(token, { name: "com.amazonaws.global.cloudfront.origin-facing" }));
    assert.throws(() => call(token, { name: "com.example" }), /there is no prefix list "com\.example" in eu-north-1$/);
  });

  it("find the subnets of a VPC that the program made, and take another one on trust", () => {
    const account = new Account();
    const vpc = account.create("aws:ec2/vpc:Vpc", "net", { cidrBlock: "10.0.0.0/16" });
    const inputs = { vpcId: vpc.id, cidrBlock: "10.0.0.0/24", availabilityZone: "eu-north-1a" };
    const subnet = account.create("aws:ec2/subnet:Subnet", "net", { ...inputs, tags: { SubnetType: "Private" } });
    const subnets = (id: string, tags = {}) =>
      call("aws:ec2/getSubnets:getSubnets", { filters: [{ name: "vpc-id", values: [id] }], tags }, account).ids;
    assert.deepEqual(subnets(vpc.id), [subnet.id]);
    assert.deepEqual(subnets(vpc.id, { SubnetType: "Public" }), []);
    assert.equal(call("aws:ec2/getVpc:getVpc", { id: vpc.id }, account).cidrBlock, "10.0.0.0/16");
    const foreign = "vpc-0123456789abcdef0";
    assert.equal((subnets(foreign) as string[]).length, 3);
    assert.deepEqual(subnets(foreign), subnets(foreign));
    assert.equal(call("aws:ec2/getVpc:getVpc", { id: foreign }, account).id, foreign);
  });

  it("write a policy document as the provider does", () => {
    const { json } = call("aws:iam/getPolicyDocument:getPolicyDocument", {
      statements: [
        {
          actions: ["s3:GetObject"],
          resources: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
          principals: [{ type: "AWS", identifiers: ["arn:aws:iam::111122223333:root"] }],
          conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
        },
      ],
    });
    assert.deepEqual(JSON.parse(String(json)), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
          Principal: { AWS: "arn:aws:iam::111122223333:root" },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    });
  });

  it("name a call that they do not know", () => {
    assert.throws(
      () => call("aws:ec2/getAmi:getAmi"),
      (error) =>
        error instanceof UnmodelledType &&
        /aws:ec2\/getAmi:getAmi: the rehearsal has no model for this data call/.test(error.message),
    );
  });
});
