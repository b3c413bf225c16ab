import type { ResourceData } from "../../../policies/resource";
import { ebImdsv2Only } from "../../../policies/rules/eb-imdsv2-only";
import { ebInstancesPrivate } from "../../../policies/rules/eb-instances-private";
import { kmsKeyPolicyNotPublic } from "../../../policies/rules/kms-key-policy-not-public";
import { rdsNotPublic } from "../../../policies/rules/rds-not-public";
import { s3NoPublicAcl } from "../../../policies/rules/s3-no-public-acl";
import { s3NoPublicPolicy } from "../../../policies/rules/s3-no-public-policy";
import { s3PublicAccessBlock } from "../../../policies/rules/s3-public-access-block";
import { s3TlsOnly } from "../../../policies/rules/s3-tls-only";
import { sgNoPublicSensitivePorts } from "../../../policies/rules/sg-no-public-sensitive-ports";
import { sgPublicIngressAllowlist } from "../../../policies/rules/sg-public-ingress-allowlist";
import { describeRule, resource, unknown } from "../support";

const bucket = resource("aws:s3/bucket:Bucket", "data", { bucket: "data" });
const flags = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const block = (change: object = {}) =>
  resource(
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "data",
    { bucket: unknown, ...flags, ...change },
    { links: { bucket } },
  );

describeRule(s3PublicAccessBlock, {
  passes: {
    "a bucket with all four flags": [bucket, block()],
    "a bucket in an account that blocks everything": [
      bucket,
      resource("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", flags),
    ],
  },
  fails: {
    "a bucket without a block": [[bucket], /No BucketPublicAccessBlock/],
    ...Object.fromEntries(
      Object.keys(flags).map((flag) => [
        `a block whose ${flag} is false`,
        [[bucket, block({ [flag]: false })], new RegExp(`^${flag} not true`)] as [ResourceData[], RegExp],
      ]),
    ),
    "a block that leaves a flag out": [[bucket, block({ ignorePublicAcls: undefined })], /^ignorePublicAcls not true/],
  },
  waits: { "a flag that is not known yet": [bucket, block({ blockPublicAcls: unknown })] },
});

const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
const acl = (properties: object) => [
  resource("aws:s3/bucketAcl:BucketAcl", "data", { bucket: unknown, ...properties }),
];
describeRule(s3NoPublicAcl, {
  passes: {
    "a private bucket": acl({ acl: "private" }),
    "a bucket that log delivery writes to": acl({ acl: "log-delivery-write" }),
    "a grant to a person": acl({
      accessControlPolicy: { grants: [{ grantee: { id: "abc", type: "CanonicalUser" } }] },
    }),
  },
  fails: {
    "a bucket that everybody reads": [acl({ acl: "public-read" }), /"public-read"/],
    "a bucket that everybody writes": [acl({ acl: "public-read-write" }), /"public-read-write"/],
    "a bucket that every AWS customer reads": [acl({ acl: "authenticated-read" }), /"authenticated-read"/],
    "an object that everybody reads": [
      [resource("aws:s3/bucketObjectv2:BucketObjectv2", "o", { bucket: "data", key: "x", acl: "public-read" })],
      /"public-read"/,
    ],
    "a grant to everybody": [acl({ accessControlPolicy: { grants: [{ grantee: { uri: allUsers } }] } }), /AllUsers/],
    "the deprecated inline grant to everybody": [
      [resource("aws:s3/bucket:Bucket", "old", { grants: [{ uri: allUsers, permissions: ["READ"] }] })],
      /AllUsers/,
    ],
    "a grant to everybody beside one that is not known yet": [
      acl({ accessControlPolicy: { grants: [{ grantee: unknown }, { grantee: { uri: allUsers } }] } }),
      /AllUsers/,
    ],
  },
  waits: { "an ACL that is not known yet": acl({ acl: unknown }) },
});

const document = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const policy = (value: unknown) => [
  resource("aws:s3/bucketPolicy:BucketPolicy", "data", { bucket: "data", policy: value }),
];
const open = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" };

describeRule(s3NoPublicPolicy, {
  passes: {
    "a policy that names its principal": policy(
      document({ ...open, Principal: { AWS: "arn:aws:iam::123456789012:role/app" } }),
    ),
    "a policy for CloudFront, one distribution of it": policy(
      document({
        ...open,
        Principal: { Service: "cloudfront.amazonaws.com" },
        Condition: { StringEquals: { "AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1" } },
      }),
    ),
    "anybody of one organization": policy(
      document({ ...open, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
    ),
    "a denial of everybody": policy(document({ ...open, Effect: "Deny" })),
    "a document given as an object": policy({ Statement: { ...open, Principal: { AWS: ["123456789012"] } } }),
    "a bucket without a policy": [bucket],
  },
  fails: {
    "a policy that lets everybody read": [policy(document(open)), /Statement 1 allows any principal/],
    "the same given as an object": [policy({ Statement: [open] }), /allows any principal/],
    "everybody spelt as an AWS principal": [policy(document({ ...open, Principal: { AWS: ["*"] } })), /any principal/],
    "a condition that narrows nothing": [
      policy(document({ ...open, Condition: { Bool: { "aws:SecureTransport": "true" } } })),
      /any principal/,
    ],
    "a condition whose value is anything": [
      policy(document({ ...open, Condition: { StringLike: { "aws:PrincipalArn": "*" } } })),
      /any principal/,
    ],
    "a condition that holds for everybody but one": [
      policy(document({ ...open, Condition: { StringNotEquals: { "aws:PrincipalArn": "arn:aws:iam::1:role/x" } } })),
      /any principal/,
    ],
    "an address range that is the whole internet": [
      policy(document({ ...open, Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } } })),
      /any principal/,
    ],
    "everybody but a few": [
      policy(document({ ...open, Principal: undefined, NotPrincipal: { AWS: "x" } })),
      /NotPrincipal/,
    ],
    "a text that is no document": [policy("{"), /not a JSON document/],
    "the deprecated inline policy": [
      [resource("aws:s3/bucket:Bucket", "old", { policy: document({ Sid: "Web", ...open }) })],
      /^Web allows/,
    ],
    "an open statement beside one that is not known yet": [
      policy({ Statement: [{ ...open, Principal: unknown }, open] }),
      /Statement 2/,
    ],
  },
  waits: {
    "a document that is not known yet": policy(unknown),
    "a principal that is not known yet": policy({ Statement: [{ ...open, Principal: { AWS: unknown } }] }),
  },
});

const keyPolicy = (...statements: object[]) => [
  resource("aws:kms/key:Key", "key", { enableKeyRotation: true, policy: document(...statements) }),
];
const anyoneUses = { Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:Decrypt", Resource: "*" };
describeRule(kmsKeyPolicyNotPublic, {
  passes: {
    "the account as principal": keyPolicy({ ...anyoneUses, Principal: { AWS: "arn:aws:iam::123456789012:root" } }),
    "anybody of one account through one service": keyPolicy({
      ...anyoneUses,
      Condition: {
        StringEquals: { "kms:CallerAccount": "123456789012", "kms:ViaService": "s3.eu-north-1.amazonaws.com" },
      },
    }),
    "a key without a policy, which is its account's": [resource("aws:kms/key:Key", "key")],
  },
  fails: {
    "a key that everybody decrypts with": [keyPolicy(anyoneUses), /any principal/],
    "a key limited to a service but to no account": [
      keyPolicy({ ...anyoneUses, Condition: { StringEquals: { "kms:ViaService": "s3.eu-north-1.amazonaws.com" } } }),
      /any principal/,
    ],
    "an open policy set apart from its key": [
      [resource("aws:kms/keyPolicy:KeyPolicy", "p", { keyId: unknown, policy: document(anyoneUses) })],
      /any principal/,
    ],
  },
  waits: { "a document that is not known yet": [resource("aws:kms/key:Key", "key", { policy: unknown })] },
});

const deny = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
describeRule(s3TlsOnly, {
  passes: {
    "a policy that denies plain requests on bucket and objects": [bucket, ...policy(document(deny))],
    "the same spread over two statements": [
      bucket,
      ...policy(document({ ...deny, Resource: deny.Resource[0] }, { ...deny, Resource: deny.Resource[1] })),
    ],
    "a boolean in place of its text": [
      bucket,
      ...policy({ Statement: [{ ...deny, Condition: { Bool: { "aws:SecureTransport": false } } }] }),
    ],
    "every resource at once": [bucket, ...policy(document({ ...deny, Resource: "*" }))],
  },
  fails: {
    "a bucket without a policy": [[bucket], /no policy/],
    "a policy without the denial": [[bucket, ...policy(document(open))], /does not deny plain requests/],
    "a denial of reading alone": [
      [bucket, ...policy(document({ ...deny, Action: "s3:GetObject" }))],
      /does not deny plain requests/,
    ],
    "a denial of one principal alone": [
      [bucket, ...policy(document({ ...deny, Principal: { AWS: "arn:aws:iam::1:role/x" } }))],
      /does not deny/,
    ],
    "a denial that a further condition narrows": [
      [
        bucket,
        ...policy(document({ ...deny, Condition: { ...deny.Condition, StringEquals: { "aws:PrincipalOrgID": "o" } } })),
      ],
      /does not deny/,
    ],
    "a denial turned upside down": [
      [bucket, ...policy(document({ ...deny, Condition: { Bool: { "aws:SecureTransport": "true" } } }))],
      /does not deny/,
    ],
    "a denial on objects alone": [
      [bucket, ...policy(document({ ...deny, Resource: deny.Resource[1] }))],
      /not on the bucket/,
    ],
    "a denial on the bucket alone": [
      [bucket, ...policy(document({ ...deny, Resource: deny.Resource[0] }))],
      /not on its objects/,
    ],
  },
  waits: { "a document that is not known yet": [bucket, ...policy(unknown)] },
});

const instance = (properties: object) => [resource("aws:rds/instance:Instance", "db", { ...properties })];
describeRule(rdsNotPublic, {
  passes: {
    "a private database": instance({ publiclyAccessible: false }),
    "AWS's default, which is private": instance({}),
  },
  fails: { "a public database": [instance({ publiclyAccessible: true }), /publiclyAccessible is true/] },
  waits: { "a value that is not known yet": instance({ publiclyAccessible: unknown }) },
});

const ingress = (properties: object) => [
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in", {
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrIpv4: "0.0.0.0/0",
    ...properties,
  }),
];
const group = (...rules: object[]) => [resource("aws:ec2/securityGroup:SecurityGroup", "sg", { ingress: rules })];
const redis = { protocol: "tcp", fromPort: 6379, toPort: 6379 };

describeRule(sgNoPublicSensitivePorts, {
  passes: {
    "a public HTTPS listener": ingress({}),
    "a peer's security group": group({ ...redis, securityGroups: ["sg-1"] }),
    "a private range": group({ ...redis, cidrBlocks: ["10.0.0.0/16"] }),
    "a ping": ingress({ ipProtocol: "icmp", fromPort: -1, toPort: -1 }),
    "an outgoing rule": [
      resource("aws:ec2/securityGroupRule:SecurityGroupRule", "out", {
        type: "egress",
        protocol: "-1",
        fromPort: 0,
        toPort: 0,
        cidrBlocks: ["0.0.0.0/0"],
      }),
    ],
  },
  fails: {
    "SSH open to the world": [ingress({ fromPort: 22, toPort: 22 }), /port 22 to 0\.0\.0\.0\/0/],
    "PostgreSQL open over IPv6": [
      ingress({ fromPort: 5432, toPort: 5432, cidrIpv4: undefined, cidrIpv6: "::/0" }),
      /port 5432 to ::\/0/,
    ],
    "Redis open in an inline rule": [group({ ...redis, cidrBlocks: ["0.0.0.0/0"] }), /ingress\[0\] opens port 6379/],
    "a range that contains one": [ingress({ fromPort: 3000, toPort: 4000 }), /ports 3306, 3389/],
    "every protocol open": [ingress({ ipProtocol: "-1", fromPort: undefined, toPort: undefined }), /and 24 more/],
    "half of the internet, which is as good as all of it": [
      ingress({ fromPort: 22, toPort: 22, cidrIpv4: "128.0.0.0/1" }),
      /128\.0\.0\.0\/1/,
    ],
    "a rule of the older type": [
      [
        resource("aws:ec2/securityGroupRule:SecurityGroupRule", "in", {
          type: "ingress",
          ...redis,
          cidrBlocks: ["0.0.0.0/0"],
        }),
      ],
      /6379/,
    ],
    "an open rule beside one that is not known yet": [
      group({ ...redis, cidrBlocks: unknown }, { ...redis, cidrBlocks: ["0.0.0.0/0"] }),
      /ingress\[1\]/,
    ],
  },
  waits: { "a range that is not known yet": ingress({ cidrIpv4: unknown }) },
});

describeRule(sgPublicIngressAllowlist, {
  passes: {
    "HTTPS for the world": ingress({}),
    "another port for a private range": ingress({ fromPort: 8080, toPort: 8080, cidrIpv4: "10.0.0.0/8" }),
    "a prefix list": ingress({ cidrIpv4: undefined, prefixListId: "pl-1" }),
    "a port that the parameter lists": {
      resources: ingress({ fromPort: 8443, toPort: 8443 }),
      parameters: { allowedPorts: [8443] },
    },
  },
  fails: {
    "a port that is not listed": [ingress({ fromPort: 8080, toPort: 8080 }), /opens port 8080/],
    "a range of ports, listed ends or not": [ingress({ fromPort: 80, toPort: 443 }), /ports 80 to 443/],
  },
  waits: { "a port that is not known yet": ingress({ fromPort: unknown }) },
});

const launch = "aws:autoscaling:launchconfiguration";
const environment = (settings: unknown, more: object = {}) => [
  resource("aws:elasticbeanstalk/environment:Environment", "app", {
    solutionStackName: "64bit Amazon Linux 2 v3.5.0 running Python 3.8",
    settings,
    ...more,
  }),
];
const setting = (namespace: string, name: string, value: unknown) => ({ namespace, name, value });

describeRule(ebImdsv2Only, {
  passes: {
    "IMDSv1 disabled": environment([setting(launch, "DisableIMDSv1", "true")]),
    "the same as consoles write it": environment([setting(launch, "DisableIMDSv1", "True")]),
    "Amazon Linux 2023, which disables it by itself": environment([], {
      solutionStackName: "64bit Amazon Linux 2023 v4.13.7 running Python 3.11",
    }),
  },
  fails: {
    "IMDSv1 left on": [environment([setting(launch, "DisableIMDSv1", "false")]), /DisableIMDSv1/],
    "an older platform that leaves it out": [environment([]), /DisableIMDSv1/],
    "IMDSv1 turned on where the platform had it off": [
      environment([setting(launch, "DisableIMDSv1", "false")], { solutionStackName: "64bit Amazon Linux 2023 v4" }),
      /DisableIMDSv1/,
    ],
  },
  waits: {
    "a saved configuration that may set it out of sight": environment([], { templateName: "saved" }),
    "settings that are not known yet": environment(unknown),
  },
});

const vpc = setting("aws:ec2:vpc", "VPCId", unknown);
describeRule(ebInstancesPrivate, {
  passes: {
    "instances in a VPC without public addresses": environment([
      vpc,
      setting("aws:ec2:vpc", "AssociatePublicIpAddress", "false"),
    ]),
    "a VPC and Beanstalk's default": environment([vpc]),
  },
  fails: {
    "public addresses": [environment([vpc, setting("aws:ec2:vpc", "AssociatePublicIpAddress", "true")]), /is "true"/],
    "no VPC": [environment([]), /VPCId is not set/],
  },
  waits: {
    "a value that is not known yet": environment([vpc, setting("aws:ec2:vpc", "AssociatePublicIpAddress", unknown)]),
  },
});
