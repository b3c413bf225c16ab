import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "../infra/component";
import { policyJson, type Statement } from "../infra/policy-document";

/** Arguments of {@link DeliveryRoles}. */
export interface DeliveryRolesArgs {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** GitHub environment that a deploying job runs in; its protection rules decide who may deploy. */
  readonly environment: string;
  readonly accountId: string;
  readonly stateBucketArn: pulumi.Input<string>;
  readonly stateKeyArn: pulumi.Input<string>;
  readonly transform?: {
    readonly previewRole?: Transform<aws.iam.RoleArgs>;
    readonly deployRole?: Transform<aws.iam.RoleArgs>;
  };
}

const ISSUER = "token.actions.githubusercontent.com";

/**
 * Services that the programs of this repository create things in. A deployment may do what it likes there and nothing
 * anywhere else; narrower than by service it could not stay, since every change of the program may need another call.
 */
const DEPLOYED_SERVICES = [
  "access-analyzer",
  "acm",
  "autoscaling",
  "bedrock",
  "budgets",
  "chatbot",
  "cloudformation",
  "cloudfront",
  "cloudtrail",
  "cloudwatch",
  "ec2",
  "elasticache",
  "elasticbeanstalk",
  "elasticloadbalancing",
  "kms",
  "logs",
  "rds",
  "route53",
  "s3",
  "secretsmanager",
  "sns",
  "wafv2",
] as const;

/** Roles and policies that a deployment may touch: those the programs name. */
const OWN_IAM = [
  "role/ai-prism-*",
  "policy/ai-prism-*",
  "instance-profile/ai-prism-*",
  "role/network-*",
  "role/database-*",
  "role/documents-*",
];

/** How GitHub Actions gets in without a key that could leak: one role that looks, one that deploys. No charge. */
export class DeliveryRoles extends Component<NonNullable<DeliveryRolesArgs["transform"]>> {
  /** For pull requests: reads, and cannot change anything. */
  readonly previewRoleArn: pulumi.Output<string>;
  /** For the job in the named GitHub environment. */
  readonly deployRoleArn: pulumi.Output<string>;
  readonly nodes: {
    readonly identityProvider: aws.iam.OpenIdConnectProvider;
    readonly previewRole: aws.iam.Role;
    readonly deployRole: aws.iam.Role;
  };

  constructor(name: string, args: DeliveryRolesArgs, options?: pulumi.ComponentResourceOptions) {
    super("DeliveryRoles", name, args.transform, options);
    if (!/^[\w.-]+\/[\w.-]+$/.test(args.repository)) this.refuse("repository", args.repository, "owner/name");
    const identityProvider = new aws.iam.OpenIdConnectProvider(
      name,
      { url: `https://${ISSUER}`, clientIdLists: ["sts.amazonaws.com"] },
      { parent: this },
    );
    const trust = (subject: string) =>
      policyJson([
        {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: { Federated: identityProvider.arn },
          Condition: {
            StringEquals: {
              [`${ISSUER}:aud`]: "sts.amazonaws.com",
              [`${ISSUER}:sub`]: `repo:${args.repository}:${subject}`,
            },
          },
        },
      ]);
    const previewRole = this.child("previewRole", aws.iam.Role, `${name}-preview`, {
      name: "ai-prism-preview",
      description: `Previews of pull requests in ${args.repository}`,
      maxSessionDuration: 3600,
      assumeRolePolicy: trust("pull_request"),
    });
    const deployRole = this.child("deployRole", aws.iam.Role, `${name}-deploy`, {
      name: "ai-prism-deploy",
      description: `Deployments from ${args.repository}, environment ${args.environment}`,
      maxSessionDuration: 7200,
      assumeRolePolicy: trust(`environment:${args.environment}`),
    });
    const policy = (part: string, role: aws.iam.Role, statements: Statement[]) =>
      new aws.iam.RolePolicy(
        `${name}-${part}`,
        { name: part, role: role.name, policy: policyJson(statements) },
        { parent: this },
      );
    new aws.iam.RolePolicyAttachment(
      `${name}-preview-read`,
      { role: previewRole.name, policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
      { parent: this },
    );
    policy("preview-state", previewRole, [
      ...readState(args),
      {
        // What people wrote and what was made up for machines is nobody's business in a pull request.
        Effect: "Deny",
        Action: ["s3:GetObject", "s3:GetObjectVersion"],
        NotResource: pulumi.interpolate`${args.stateBucketArn}/*`,
      } as Statement,
      {
        Effect: "Deny",
        Action: ["secretsmanager:GetSecretValue", "ssm:GetParameter*", "logs:GetLogEvents", "logs:FilterLogEvents"],
        Resource: "*",
      },
    ]);
    policy("deploy-state", deployRole, [
      ...readState(args),
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject"],
        Resource: pulumi.interpolate`${args.stateBucketArn}/*`,
      },
    ]);
    policy("deploy-services", deployRole, deployStatements(args));

    this.nodes = { identityProvider, previewRole, deployRole };
    this.previewRoleArn = previewRole.arn;
    this.deployRoleArn = deployRole.arn;
    this.registerOutputs({ previewRoleArn: this.previewRoleArn, deployRoleArn: this.deployRoleArn });
  }
}

function readState({ stateBucketArn, stateKeyArn }: DeliveryRolesArgs): Statement[] {
  return [
    { Effect: "Allow", Action: "s3:ListBucket", Resource: stateBucketArn },
    { Effect: "Allow", Action: "s3:GetObject", Resource: pulumi.interpolate`${stateBucketArn}/*` },
    {
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
      Resource: stateKeyArn,
    },
  ];
}

function deployStatements({ accountId }: DeliveryRolesArgs): Statement[] {
  const own = OWN_IAM.map((resource) => `arn:aws:iam::${accountId}:${resource}`);
  const delivery = [
    `arn:aws:iam::${accountId}:role/ai-prism-preview`,
    `arn:aws:iam::${accountId}:role/ai-prism-deploy`,
  ];
  return [
    { Effect: "Allow", Action: DEPLOYED_SERVICES.map((service) => `${service}:*`), Resource: "*" },
    { Effect: "Allow", Action: ["iam:Get*", "iam:List*"], Resource: "*" },
    {
      Effect: "Allow",
      Action: [
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
        "iam:UpdateAssumeRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:CreatePolicy",
        "iam:DeletePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicyVersion",
        "iam:TagPolicy",
        "iam:CreateInstanceProfile",
        "iam:DeleteInstanceProfile",
        "iam:TagInstanceProfile",
        "iam:AddRoleToInstanceProfile",
        "iam:RemoveRoleFromInstanceProfile",
      ],
      Resource: own,
    },
    {
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: own,
      Condition: {
        StringEquals: {
          "iam:PassedToService": [
            "chatbot.amazonaws.com",
            "ec2.amazonaws.com",
            "elasticbeanstalk.amazonaws.com",
            "rds.amazonaws.com",
            "s3.amazonaws.com",
            "vpc-flow-logs.amazonaws.com",
          ],
        },
      },
    },
    {
      Effect: "Allow",
      Action: "iam:CreateServiceLinkedRole",
      Resource: `arn:aws:iam::${accountId}:role/aws-service-role/*`,
    },
    // A deployment must not be able to widen what deployments may do.
    {
      Effect: "Deny",
      Action: ["iam:*Role*", "iam:PassRole"],
      Resource: delivery,
    },
    {
      Effect: "Deny",
      Action: ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "kms:ScheduleKeyDeletion"],
      Resource: "*",
    },
  ];
}
