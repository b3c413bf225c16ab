import * as pulumi from "@pulumi/pulumi";
import type { MockOptions } from "./mocks";

/** What AWS computes for the resources that others are wired to, enough for the whole program under mocks. */
export const AWS_OUTPUTS: NonNullable<MockOptions["outputs"]> = {
  "awsx:ec2:Vpc": (_inputs, name) => ({
    vpcId: `${name}-vpc`,
    publicSubnetIds: ["a", "b", "c"].map((zone) => `subnet-public-${zone}`),
    privateSubnetIds: ["c", "a", "b"].map((zone) => `subnet-private-${zone}`),
    isolatedSubnetIds: ["a", "b", "c"].map((zone) => `subnet-data-${zone}`),
    routeTables: [],
  }),
  "aws:s3/bucket:Bucket": ({ bucket }) => ({ arn: `arn:aws:s3:::${bucket}` }),
  "aws:kms/key:Key": ({ region }, name) => ({
    arn: `arn:aws:kms:${region}:111122223333:key/${name}`,
    keyId: `${name}-key`,
  }),
  "aws:iam/role:Role": (inputs, name) => ({
    name: inputs.name ?? name,
    arn: `arn:aws:iam::111122223333:role/${inputs.name ?? name}`,
  }),
  "aws:cloudwatch/logGroup:LogGroup": ({ name, region }) => ({
    arn: `arn:aws:logs:${region}:111122223333:log-group:${name}`,
  }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ replicationGroupId }) => ({
    primaryEndpointAddress: `master.${replicationGroupId}.cache.amazonaws.com`,
  }),
  "random:index/randomPassword:RandomPassword": (_inputs, name) => ({
    result: pulumi.secret(`generated for ${name}`),
  }),
  "aws:rds/instance:Instance": ({ identifier, region }) => ({
    address: `${identifier}.rds.amazonaws.com`,
    masterUserSecrets: [{ secretArn: `arn:aws:secretsmanager:${region}:111122223333:secret:rds-${identifier}` }],
  }),
  "aws:rds/proxy:Proxy": ({ name }) => ({ endpoint: `${name}.proxy.rds.amazonaws.com` }),
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": () => ({ name: "default" }),
  "aws:elasticbeanstalk/environment:Environment": ({ name, cnamePrefix, region }) => ({
    loadBalancers: [`arn:aws:elasticloadbalancing:${region}:111122223333:loadbalancer/app/awseb/0123456789abcdef`],
    autoscalingGroups: [`awseb-${name}`],
    endpointUrl: `internal-${name}.elb.amazonaws.com`,
    cname: `${cnamePrefix}.${region}.elasticbeanstalk.com`,
  }),
  "aws:acm/certificate:Certificate": ({ domainName }) => ({
    domainValidationOptions: [
      {
        domainName,
        resourceRecordName: `_check.${domainName}`,
        resourceRecordType: "CNAME",
        resourceRecordValue: "_answer.acm-validations.aws",
      },
    ],
  }),
  "aws:cloudfront/distribution:Distribution": () => ({
    domainName: "d111111abcdef8.cloudfront.net",
    hostedZoneId: "Z2FDTNDATAQYW2",
  }),
};

/** Answers of the data calls that the program makes. */
export const AWS_CALLS: NonNullable<MockOptions["calls"]> = {
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": ({ name }) => ({ id: "pl-cloudfront", name }),
  "aws:elasticbeanstalk/getSolutionStack:getSolutionStack": () => ({
    name: "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
  }),
  "aws:secretsmanager/getSecretVersion:getSecretVersion": () => ({ secretString: "https://events.example.com/prism" }),
};
