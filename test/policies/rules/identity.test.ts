import { bedrockModelScope } from "../../../policies/rules/bedrock-model-scope";
import { iamNoAdminStar } from "../../../policies/rules/iam-no-admin-star";
import { iamTrustPolicyScoped } from "../../../policies/rules/iam-trust-policy-scoped";
import { describeRule, resource, unknown } from "../support";

const document = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const policy = (...statements: object[]) => [
  resource("aws:iam/rolePolicy:RolePolicy", "p", { role: "r", policy: document(...statements) }),
];
const read = { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::data/*" };

describeRule(iamNoAdminStar, {
  passes: {
    "a policy that lists its actions": policy(read),
    "every action of one service, which another rule may mind": policy({ ...read, Action: "s3:*" }),
    "a denial of every action": policy({ ...read, Effect: "Deny", Action: "*" }),
    "a role without inline policies": [resource("aws:iam/role:Role", "r")],
  },
  fails: {
    "every action": [policy({ ...read, Action: "*" }), /^policy, Statement 1 allows every action\.$/],
    "every action among others": [policy({ ...read, Action: ["s3:GetObject", "*"] }), /every action/],
    "every action spelt with a colon": [policy({ ...read, Action: "*:*" }), /every action/],
    "every action but a few": [policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }), /NotAction/],
    "a role's inline policy": [
      [resource("aws:iam/role:Role", "r", { inlinePolicies: [{ policy: document({ ...read, Action: "*" }) }] })],
      /^inlinePolicies\[0\]/,
    ],
    "a managed policy given as an object": [
      [resource("aws:iam/policy:Policy", "p", { policy: { Statement: { ...read, Sid: "Admin", Action: "*" } } })],
      /Admin allows every action/,
    ],
    "a text that is no document": [
      [resource("aws:iam/policy:Policy", "p", { policy: "nonsense" })],
      /not a JSON document/,
    ],
    "an open statement beside one that is not known yet": [
      [
        resource("aws:iam/policy:Policy", "p", {
          policy: {
            Statement: [
              { ...read, Action: unknown },
              { ...read, Action: "*" },
            ],
          },
        }),
      ],
      /Statement 2/,
    ],
  },
  waits: { "a document that is not known yet": [resource("aws:iam/policy:Policy", "p", { policy: unknown })] },
});

const own = { provider: { allowedAccountIds: '["123456789012"]' } };
const trust = (statement: object, more: object = own) => [
  resource(
    "aws:iam/role:Role",
    "r",
    { assumeRolePolicy: document({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }) },
    more,
  ),
];
const github = { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" };
const aud = { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" };

describeRule(iamTrustPolicyScoped, {
  passes: {
    "a service": trust({ Principal: { Service: "ec2.amazonaws.com" } }),
    "a role of the program's own account": trust({ Principal: { AWS: "arn:aws:iam::123456789012:role/admin" } }),
    "another account that must say an external id": trust({
      Principal: { AWS: "arn:aws:iam::210987654321:root" },
      Condition: { StringEquals: { "sts:ExternalId": "x" } },
    }),
    "another account that is listed": {
      resources: trust({ Principal: { AWS: "210987654321" } }),
      parameters: { trustedAccounts: ["210987654321"] },
    },
    "one repository of an identity provider": trust({
      Principal: github,
      Condition: { StringEquals: aud, StringLike: { "token.actions.githubusercontent.com:sub": "repo:a/b:*" } },
    }),
  },
  fails: {
    anybody: [trust({ Principal: "*" }), /trusts any principal/],
    "anybody spelt as an AWS principal": [trust({ Principal: { AWS: "*" } }), /trusts any principal/],
    "everybody but a few": [trust({ NotPrincipal: { AWS: "x" } }), /NotPrincipal/],
    "another account without a condition": [
      trust({ Principal: { AWS: "arn:aws:iam::210987654321:root" } }),
      /account 210987654321 without a condition/,
    ],
    "every repository of an identity provider": [
      trust({ Principal: github, Condition: { StringEquals: aud } }),
      /every subject/,
    ],
    "a text that is no document": [[resource("aws:iam/role:Role", "r", { assumeRolePolicy: "x" })], /not a JSON/],
  },
  waits: {
    "a document that is not known yet": [resource("aws:iam/role:Role", "r", { assumeRolePolicy: unknown })],
    "an account while nobody says which one is the program's": trust(
      { Principal: { AWS: "arn:aws:iam::210987654321:root" } },
      {},
    ),
  },
});

const model = "arn:aws:bedrock:eu-north-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0";
const invoke = { Effect: "Allow", Action: ["bedrock:InvokeModel"], Resource: [model] };
describeRule(bedrockModelScope, {
  passes: {
    "one model": policy(invoke),
    "one model in every region that its profile reaches": policy({
      ...invoke,
      Resource: model.replace("eu-north-1", "*"),
    }),
    "one profile": policy({
      ...invoke,
      Resource:
        "arn:aws:bedrock:eu-north-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    }),
    "one maker's models": policy({ ...invoke, Resource: "arn:aws:bedrock:*::foundation-model/anthropic.*" }),
    "a model and its profile that the parameter lists": {
      resources: policy({
        ...invoke,
        Resource: [model, "arn:aws:bedrock:eu-north-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6"],
      }),
      parameters: { allowedModels: ["anthropic.claude-*"] },
    },
    "one model through a guardrail, where that is asked for": {
      resources: policy({ ...invoke, Condition: { StringEquals: { "bedrock:GuardrailIdentifier": "arn:x" } } }),
      parameters: { requireGuardrail: true },
    },
    "listing all models": policy({ ...invoke, Action: "bedrock:ListFoundationModels", Resource: "*" }),
    "other services on everything": policy({ Effect: "Allow", Action: "cloudwatch:PutMetricData", Resource: "*" }),
  },
  fails: {
    "one model without a guardrail, where one is asked for": [
      { resources: policy(invoke), parameters: { requireGuardrail: true } },
      /without a guardrail/,
    ],
    "every resource": [policy({ ...invoke, Resource: "*" }), /every model \(\*\)/],
    "every foundation model": [
      policy({ ...invoke, Resource: "arn:aws:bedrock:eu-north-1::foundation-model/*" }),
      /every model/,
    ],
    "a model that the parameter does not list": [
      {
        resources: policy({
          ...invoke,
          Resource: [model, "arn:aws:bedrock:eu-north-1::foundation-model/meta.llama3-1"],
        }),
        parameters: { allowedModels: ["anthropic.claude-*"] },
      },
      /allows meta\.llama3-1/,
    ],
    "every inference profile": [
      policy({ ...invoke, Resource: [model, "arn:aws:bedrock:*:*:inference-profile/*"] }),
      /every model/,
    ],
    "every action of Bedrock": [policy({ ...invoke, Action: "bedrock:*", Resource: "*" }), /every model/],
    "calls by a pattern": [policy({ ...invoke, Action: "bedrock:Invoke*", Resource: "*" }), /every model/],
    conversations: [policy({ ...invoke, Action: "bedrock:Converse", Resource: "*" }), /every model/],
    "all models but a few": [policy({ ...invoke, Resource: undefined, NotResource: model }), /all models but a few/],
  },
  waits: { "a document that is not known yet": [resource("aws:iam/policy:Policy", "p", { policy: unknown })] },
});
