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
  /** Branch whose scheduled jobs may look for drift. */
  readonly branch: string;
  /** Secrets, beside the programs' own, whose values a preview reads, such as PagerDuty's address. */
  readonly previewSecretArns: readonly string[];
  readonly accountId: string;
  readonly stateBucketArn: pulumi.Input<string>;
  readonly stateKeyArn: pulumi.Input<string>;
  /** Buckets with the account's records, which a deployment is kept out of. */
  readonly recordBucketArns: readonly pulumi.Input<string>[];
  /** Log groups with the account's records, as an ARN that may end in `*`. */
  readonly recordLogGroupArn: string;
  /** Key that the account's records are encrypted with. */
  readonly recordKeyArn: pulumi.Input<string>;
  readonly transform?: {
    readonly previewRole?: Transform<aws.iam.RoleArgs>;
    readonly deployRole?: Transform<aws.iam.RoleArgs>;
  };
}

const ISSUER = "token.actions.githubusercontent.com";

/**
 * Services that an environment lives in, and those that Elastic Beanstalk calls in the deployer's name. A deployment may
 * do what it likes there and nothing anywhere else; narrower than by service it could not stay, since every change of
 * the program may need another call. The account's own program is not among what it may deploy.
 */
const DEPLOYED_SERVICES = [
  "acm",
  "autoscaling",
  "budgets",
  "chatbot",
  "cloudformation",
  "cloudfront",
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

/**
 * Roles and policies that a deployment may touch: those an environment names, and two roles that Pulumi names after
 * their component.
 */
const OWN_IAM = [
  "role/ai-prism-*",
  "policy/ai-prism-*",
  "instance-profile/ai-prism-*",
  "role/network-flow-logs-*",
  "role/database-proxy-*",
];

/**
 * How GitHub Actions gets in without a key that could leak: one role that looks, one that deploys. No charge.
 *
 * What IAM cannot take from the deploying role: it makes roles, and may give one more than it has itself. Who may run
 * the GitHub environment's jobs is therefore as good as an administrator of the account, bar its records.
 */
export class DeliveryRoles extends Component<NonNullable<DeliveryRolesArgs["transform"]>> {
  /** For pull requests and for drift: reads, and cannot change anything. */
  readonly previewRoleArn: pulumi.Output<string>;
  /** For the job in the named GitHub environment. */
  readonly deployRoleArn: pulumi.Output<string>;
  readonly nodes: {
    readonly identityProvider: aws.iam.OpenIdConnectProvider;
    readonly previewRole: aws.iam.Role;
    readonly deployRole: aws.iam.Role;
  };

  /** @throws InvalidArgument for a repository that is not `owner/name` */
  constructor(name: string, args: DeliveryRolesArgs, options?: pulumi.ComponentResourceOptions) {
    super("DeliveryRoles", name, args.transform, options);
    if (!/^[\w.-]+\/[\w.-]+$/.test(args.repository)) this.refuse("repository", args.repository, "owner/name");
    const identityProvider = new aws.iam.OpenIdConnectProvider(
      name,
      { url: `https://${ISSUER}`, clientIdLists: ["sts.amazonaws.com"] },
      { parent: this },
    );
    const trust = (...subjects: string[]) =>
      policyJson([
        {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: { Federated: identityProvider.arn },
          Condition: {
            StringEquals: {
              [`${ISSUER}:aud`]: "sts.amazonaws.com",
              [`${ISSUER}:sub`]: subjects.map((subject) => `repo:${args.repository}:${subject}`),
            },
          },
        },
      ]);
    const previewRole = this.child("previewRole", aws.iam.Role, `${name}-preview`, {
      name: "ai-prism-preview",
      description: `Previews and drift of ${args.repository}`,
      maxSessionDuration: 3600,
      assumeRolePolicy: trust("pull_request", `ref:refs/heads/${args.branch}`),
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
    policy("preview-state", previewRole, readState(args));
    policy("preview-data", previewRole, previewData(args));
    policy("deploy-state", deployRole, [
      ...readState(args),
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject"],
        Resource: pulumi.interpolate`${args.stateBucketArn}/*`,
      },
      { Effect: "Allow", Action: ["kms:Encrypt", "kms:GenerateDataKey"], Resource: args.stateKeyArn },
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
    { Effect: "Allow", Action: ["kms:Decrypt", "kms:DescribeKey"], Resource: stateKeyArn },
  ];
}

/**
 * Keeps a preview from what people wrote and what was logged about them, which ReadOnlyAccess does not. Left to it are
 * the programs' bundles and secrets, because looking for drift reads both; the values of those secrets stand in the
 * state, which it has to decrypt anyway. The database's password does not, and stays out of reach.
 */
function previewData({ accountId, stateBucketArn, previewSecretArns }: DeliveryRolesArgs): Statement[] {
  const secrets = [`arn:aws:secretsmanager:*:${accountId}:secret:ai-prism/*`, ...previewSecretArns];
  return [
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets },
    {
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: `arn:aws:kms:*:${accountId}:key/*`,
      Condition: {
        StringLike: {
          "kms:ViaService": "secretsmanager.*.amazonaws.com",
          "kms:EncryptionContext:SecretARN": secrets,
        },
      },
    },
    {
      Effect: "Deny",
      Action: "s3:GetObject*",
      NotResource: [
        pulumi.interpolate`${stateBucketArn}/*`,
        `arn:aws:s3:::ai-prism-bundles-${accountId}/*`,
        `arn:aws:s3:::ai-prism-bundles-${accountId}-*/*`,
      ],
    },
    { Effect: "Deny", Action: "secretsmanager:GetSecretValue", NotResource: secrets },
    {
      Effect: "Deny",
      Action: [
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "logs:StartLiveTail",
        "logs:StartQuery",
        "rds:DownloadCompleteDBLogFile",
        "rds:DownloadDBLogFilePortion",
        "ssm:GetParameter*",
      ],
      Resource: "*",
    },
  ];
}

function deployStatements(args: DeliveryRolesArgs): Statement[] {
  const { accountId, stateBucketArn, stateKeyArn, recordBucketArns, recordLogGroupArn, recordKeyArn } = args;
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
    // What `./prism doctor` asks after a deployment beyond those services: whether a model may be called shows when it is.
    { Effect: "Allow", Action: ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"], Resource: "*" },
    {
      Effect: "Allow",
      Action: "bedrock:InvokeModel",
      Resource: [
        "arn:aws:bedrock:*::foundation-model/anthropic.*",
        `arn:aws:bedrock:*:${accountId}:inference-profile/*.anthropic.*`,
      ],
    },
    // A deployment must not be able to widen what deployments may do.
    {
      Effect: "Deny",
      Action: ["iam:*Role*", "iam:PassRole"],
      Resource: delivery,
    },
    // Nor lose what it did, or the states to come back from.
    {
      Effect: "Deny",
      Action: "s3:*",
      Resource: recordBucketArns.flatMap((arn) => [arn, pulumi.interpolate`${arn}/*`]),
    },
    { Effect: "Deny", Action: ["logs:Delete*", "logs:Put*"], Resource: [recordLogGroupArn] },
    {
      Effect: "Deny",
      Action: ["s3:DeleteBucket*", "s3:DeleteObjectVersion", "s3:Put*Configuration", "s3:PutBucket*"],
      Resource: [stateBucketArn, pulumi.interpolate`${stateBucketArn}/*`],
    },
    {
      Effect: "Deny",
      Action: ["kms:CreateGrant", "kms:Delete*", "kms:Disable*", "kms:PutKeyPolicy", "kms:Update*"],
      Resource: [stateKeyArn, recordKeyArn],
    },
    // An environment's keys go only when a person schedules it: what they encrypt goes with them.
    { Effect: "Deny", Action: "kms:ScheduleKeyDeletion", Resource: "*" },
  ];
}
