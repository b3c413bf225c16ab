import { iamNoBroadManagedPolicy } from "../../../policies/rules/iam-no-broad-managed-policy";
import { iamNoKmsDecryptAll } from "../../../policies/rules/iam-no-kms-decrypt-all";
import { iamNoPrivilegeEscalation } from "../../../policies/rules/iam-no-privilege-escalation";
import { iamNoResourceWildcard } from "../../../policies/rules/iam-no-resource-wildcard";
import { iamNoServiceWildcard } from "../../../policies/rules/iam-no-service-wildcard";
import { iamNoUsers } from "../../../policies/rules/iam-no-users";
import { iamPasswordPolicy } from "../../../policies/rules/iam-password-policy";
import { iamRoleNoPolicyConflicts } from "../../../policies/rules/iam-role-no-policy-conflicts";
import { iamTrustPolicyScoped } from "../../../policies/rules/iam-trust-policy-scoped";
import { document, fixture } from "../fixture";
import { describeRule, resource, run, unknown } from "../support";
import * as assert from "node:assert/strict";

const role = (principal: object) =>
  resource("aws:iam/role:Role", "role", {
    name: "role",
    assumeRolePolicy: document({ Effect: "Allow", Action: "sts:AssumeRole", Principal: principal }),
  });
const workload = role({ Service: "ec2.amazonaws.com" });
const pipeline = role({ Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" });
const policyOf = (of: typeof workload, ...statements: object[]) => [
  of,
  resource(
    "aws:iam/rolePolicy:RolePolicy",
    "inline",
    { role: unknown, policy: document(...statements) },
    { links: { role: of } },
  ),
];
const allow = (actions: unknown, resources: unknown = "*", condition?: object) => ({
  Effect: "Allow",
  Action: actions,
  Resource: resources,
  ...(condition && { Condition: condition }),
});
const inline = (...statements: object[]) => policyOf(workload, ...statements).slice(1);
const unknownDocument = fixture("aws:iam/rolePolicy:RolePolicy")({ policy: unknown });

const attached = (of: typeof workload) => {
  const policy = resource("aws:iam/policy:Policy", "managed", { policy: document(allow("s3:*")), arn: unknown });
  const attachment = resource(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "attachment",
    { role: unknown, policyArn: unknown },
    { links: { role: of, policyArn: policy } },
  );
  return [of, policy, attachment];
};
describeRule(iamNoServiceWildcard, {
  passes: {
    "actions one by one": policyOf(workload, allow(["s3:GetObject", "s3:List*"])),
    "a pipeline that people let in": policyOf(pipeline, allow("ec2:*")),
    "a managed policy of a pipeline": attached(pipeline),
    "a denial of a whole service": policyOf(workload, { Effect: "Deny", Action: "s3:*", Resource: "*" }),
  },
  fails: {
    "a whole service for instances": [policyOf(workload, allow("s3:*")), /allows s3:\*/],
    "a whole service among others": [policyOf(workload, allow(["s3:GetObject", "dynamodb:*"])), /dynamodb:\*/],
    "a managed policy of an instance role": [attached(workload), /s3:\*/],
    "a policy of nobody yet": [fixture("aws:iam/policy:Policy")({ policy: document(allow("s3:*")) }), /s3:\*/],
    "an inline policy of a role": [
      [
        resource("aws:iam/role:Role", "r", {
          assumeRolePolicy: document({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" } }),
          inlinePolicies: [{ policy: document(allow("sqs:*")) }],
        }),
      ],
      /inlinePolicies\[0\].*sqs:\*/,
    ],
  },
  waits: { "a document that is not known yet": unknownDocument },
});

describeRule(iamNoResourceWildcard, {
  passes: {
    "writing to named things": inline(allow("s3:PutObject", "arn:aws:s3:::data/*")),
    "reading everything": inline(allow(["ec2:Describe*", "s3:ListAllMyBuckets", "iam:GetRole"])),
    "what can be given on no resource": inline(allow("cloudwatch:PutMetricData")),
    "everything of one's own account": inline(
      allow("sqs:SendMessage", "*", { StringEquals: { "aws:ResourceAccount": "123456789012" } }),
    ),
  },
  fails: {
    "writing everywhere": [inline(allow("s3:PutObject")), /allows s3:putobject on every resource/],
    "deleting everywhere, beside reading": [inline(allow(["s3:GetObject", "s3:Delete*"])), /s3:delete\*/],
  },
  waits: { "a document that is not known yet": unknownDocument },
});

const passRole = (condition?: object) => inline(allow("iam:PassRole", "*", condition));
describeRule(iamNoPrivilegeEscalation, {
  passes: {
    "passing roles to one service": passRole({ StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } }),
    "passing one role": inline(allow("iam:PassRole", "arn:aws:iam::123456789012:role/app")),
    "changing roles of one prefix": inline(allow("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/ai-prism-*")),
    "changing roles within a boundary": inline(
      allow("iam:PutRolePolicy", "*", { StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::1:policy/b" } }),
    ),
  },
  fails: {
    "passing any role to anything": [passRole(), /iam:passrole of every role/],
    "writing any role's policy": [inline(allow("iam:PutRolePolicy")), /iam:putrolepolicy on \*/],
    "attaching anything to any role": [
      inline(allow("iam:Attach*", "arn:aws:iam::123456789012:role/*")),
      /iam:attachuserpolicy/,
    ],
    "making keys for any user": [inline(allow("iam:CreateAccessKey")), /iam:createaccesskey/],
    "a new version of any policy": [inline(allow("iam:CreatePolicyVersion")), /iam:createpolicyversion/],
    "trusting oneself": [inline(allow("iam:UpdateAssumeRolePolicy")), /iam:updateassumerolepolicy/],
  },
  waits: { "a document that is not known yet": unknownDocument },
});

const attachment = (policyArn: unknown) => fixture("aws:iam/rolePolicyAttachment:RolePolicyAttachment")({ policyArn });
describeRule(iamNoBroadManagedPolicy, {
  passes: {
    "what Beanstalk's service needs": attachment(
      "arn:aws:iam::aws:policy/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
    ),
    reading: attachment("arn:aws:iam::aws:policy/ReadOnlyAccess"),
    "a policy of one's own of that name": attachment("arn:aws:iam::123456789012:policy/AdministratorAccess"),
    "a policy that the parameter allows": {
      resources: attachment("arn:aws:iam::aws:policy/AmazonSSMFullAccess"),
      parameters: { allowedPolicies: ["AmazonSSMFullAccess"] },
    },
  },
  fails: {
    "an administrator": [attachment("arn:aws:iam::aws:policy/AdministratorAccess"), /AdministratorAccess is attached/],
    "a power user": [attachment("arn:aws:iam::aws:policy/PowerUserAccess"), /PowerUserAccess/],
    "everything of one service": [attachment("arn:aws:iam::aws:policy/AmazonS3FullAccess"), /AmazonS3FullAccess/],
    "every model": [attachment("arn:aws:iam::aws:policy/AmazonBedrockFullAccess"), /AmazonBedrockFullAccess/],
    "what the hand-made instances had": [
      attachment("arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier"),
      /AWSElasticBeanstalkWebTier/,
    ],
    "a role that names it itself": [
      fixture("aws:iam/role:Role")({ managedPolicyArns: ["arn:aws:iam::aws:policy/IAMFullAccess"] }),
      /IAMFullAccess/,
    ],
  },
  waits: { "a policy that is not known yet": attachment(unknown) },
});

describeRule(iamNoUsers, {
  passes: { "a role": [workload] },
  fails: {
    "a user": [fixture("aws:iam/user:User")(), /no User/],
    "an access key": [fixture("aws:iam/accessKey:AccessKey")(), /no AccessKey/],
    "what a user may do": [fixture("aws:iam/userPolicy:UserPolicy")(), /no UserPolicy\./],
    "what is attached to a user": [fixture("aws:iam/userPolicyAttachment:UserPolicyAttachment")(), /UserPolicyAttach/],
    "a console password": [fixture("aws:iam/userLoginProfile:UserLoginProfile")(), /no UserLoginProfile/],
  },
  waits: {},
});

const twoWays = (property: object, given = true) => {
  const own = resource("aws:iam/role:Role", "role", { name: "role", ...property });
  own.given = ["name", ...(given ? Object.keys(property) : [])];
  return [
    own,
    resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", { role: unknown }, { links: { role: own } }),
    resource("aws:iam/rolePolicy:RolePolicy", "p", { role: unknown }, { links: { role: own } }),
  ];
};
describeRule(iamRoleNoPolicyConflicts, {
  passes: {
    "policies as resources of their own": twoWays({}),
    "what AWS reports of them": twoWays({ managedPolicyArns: ["x"], inlinePolicies: [{ name: "p" }] }, false),
  },
  fails: {
    "managed policies both ways": [twoWays({ managedPolicyArns: ["x"] }), /managedPolicyArns is set, and "a" adds/],
    "inline policies both ways": [twoWays({ inlinePolicies: [{ name: "q" }] }), /inlinePolicies is set, and "p" adds/],
  },
  waits: { "a list that is not known yet": twoWays({ managedPolicyArns: unknown }) },
});

describeRule(iamNoKmsDecryptAll, {
  passes: {
    "one key": inline(allow("kms:Decrypt", "arn:aws:kms:eu-north-1:123456789012:key/k")),
    "every key through one service": inline(
      allow("kms:Decrypt", "*", { StringEquals: { "kms:ViaService": "s3.eu-north-1.amazonaws.com" } }),
    ),
    "looking at keys": inline(allow("kms:DescribeKey")),
  },
  fails: {
    "every key": [inline(allow("kms:Decrypt")), /every key \(\*\)/],
    "every key of the account": [
      inline(allow(["kms:ReEncrypt*"], "arn:aws:kms:*:123456789012:key/*")),
      /decrypting with every key/,
    ],
  },
  waits: { "a document that is not known yet": unknownDocument },
});

const passwords = fixture("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", {
  minimumPasswordLength: 16,
  passwordReusePrevention: 24,
});
describeRule(iamPasswordPolicy, {
  passes: { "long passwords that are not used again": passwords() },
  fails: {
    "short passwords": [passwords({ minimumPasswordLength: 8 }), /minimumPasswordLength is 8/],
    "a length left to AWS": [passwords({ minimumPasswordLength: undefined }), /minimumPasswordLength is 6/],
    "passwords that come back": [passwords({ passwordReusePrevention: undefined }), /passwordReusePrevention is 0/],
  },
  waits: { "a length that is not known yet": passwords({ minimumPasswordLength: unknown }) },
});

describe("iam-trust-policy-scoped", () => {
  it("catches a pipeline that any repository may be, whatever wildcard says so", () => {
    for (const subject of ["*", "repo:*", "repo:*/*:ref:refs/heads/main"]) {
      const trust = document({
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
        Condition: { StringLike: { "token.actions.githubusercontent.com:sub": subject } },
      });
      const { violations } = run(iamTrustPolicyScoped, [
        resource("aws:iam/role:Role", "r", { assumeRolePolicy: trust }),
      ]);
      assert.equal(violations.length, 1, subject);
    }
  });
});
