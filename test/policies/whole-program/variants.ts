import * as aws from "@pulumi/aws";
import { INSTANCE_SERVICES } from "../../../infra/config";
import { alsoAllows, document, named, option, options, withOptions } from "./changes";
import type { Change } from "./program";

/** One unusual but safe change of the compliant production environment, in which nothing mandatory may fire. */
export interface Variant {
  /** What is changed, as the end of "somebody …". */
  readonly title: string;
  readonly change: Change;
}

const ACCOUNT = "111122223333";
const variables = "aws:elasticbeanstalk:application:environment";
const variable = (name: string, value: string): Change => ({ components: option(variables, name, value) });

export const VARIANTS: readonly Variant[] = [
  // Configuration
  {
    title: "moves into a network that exists",
    change: {
      config: {
        network: {
          existing: {
            vpcId: "vpc-0123456789abcdef0",
            privateSubnetIds: ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb", "subnet-0eeeeeeeeeeeeeeee"],
            dataSubnetIds: ["subnet-0cccccccccccccccc", "subnet-0dddddddddddddddd", "subnet-0ffffffffffffffff"],
          },
        },
      },
    },
  },
  {
    title: "does without NAT gateways, through interface endpoints",
    change: {
      config: {
        network: {
          cidrBlock: "10.20.0.0/16",
          natGateways: "None",
          interfaceEndpoints: [...INSTANCE_SERVICES],
        },
      },
    },
  },
  { title: "takes Valkey, which encrypts unless told otherwise", change: valkey() },
  {
    title: "rotates the password of Redis, two of them at a time",
    change: { config: { redis: { nodeType: "cache.t3.micro", nodes: 2, passwordGenerations: [2, 1] } } },
  },
  {
    title: "does without a proxy before a larger database",
    change: { config: { database: { instanceClass: "db.m6g.xlarge", multiAz: true, proxy: false } } },
  },
  {
    title: "stays on one minor version of PostgreSQL",
    change: {
      config: { database: { instanceClass: "db.t3.micro", multiAz: true, proxy: true, engineVersion: "16.11" } },
    },
  },
  {
    title: "brings a domain of its own",
    change: { config: { cdn: { domain: { name: "prism.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" } } } },
  },
  {
    title: "lets two countries in and no others",
    change: { config: { cdn: { geoRestriction: { type: "whitelist", countries: ["SE", "NO"] } } } },
  },
  {
    title: "tells a chat channel and no mailbox",
    change: { config: { alerts: { slack: { workspaceId: "T07EA123LEP", channelId: "C07EZ1ABC23" } } } },
  },
  {
    title: "tells PagerDuty, whose address is a secret",
    change: {
      config: {
        alerts: {
          emails: ["platform-oncall@example.com"],
          pagerDutySecretArn: `arn:aws:secretsmanager:eu-north-1:${ACCOUNT}:secret:pagerduty-AbCdEf`,
        },
      },
    },
  },
  {
    title: "lets a named administrator restore documents",
    change: {
      config: { storage: { administratorArns: [`arn:aws:iam::${ACCOUNT}:role/document-restore`] } },
    },
  },

  // Values that look like secrets and are none
  {
    title: "gives the application a certificate, which is public",
    change: variable(
      "UPSTREAM_CA",
      [
        "-----BEGIN CERTIFICATE-----",
        "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ",
        "-----END CERTIFICATE-----",
      ].join("\n"),
    ),
  },
  {
    title: "gives the application an ARN under a secret's name",
    change: variable("SIGNING_SECRET", `arn:aws:secretsmanager:eu-north-1:${ACCOUNT}:secret:signing-AbCdEf`),
  },
  {
    title: "gives the application the path of a parameter under a key's name",
    change: variable("LICENSE_KEY", "/ai-prism/production/license-key"),
  },
  { title: "limits tokens", change: variable("BEDROCK_MAX_TOKENS", "4096") },
  { title: "switches a password prompt on", change: variable("REQUIRE_PASSWORD", "true") },
  {
    title: "pins an image by its digest",
    change: variable("SCANNER", `public.ecr.aws/prism/scanner@sha256:${"0123456789abcdef".repeat(4)}`),
  },
  {
    title: "passes settings in base64",
    change: variable(
      "FEATURES_B64",
      Buffer.from(JSON.stringify({ review: "On", export: "Off", limit: 20, regions: ["eu-north-1"] })).toString(
        "base64",
      ),
    ),
  },
  {
    title: "pins a script by its checksum",
    change: variable("CSP_HASH", "sha384-oqVuAfXRKap7fdgcCY5uykM6R9GqQ8KxYlw9ExPNHeO2wKRpOFzHtX4dJ1b2CnLs"),
  },
  {
    title: "speaks of passwords in a description",
    change: {
      components: {
        redis: {
          transform: { secret: { description: "Password of Redis; token rotation is described in the runbook" } },
        },
      },
    },
  },
  {
    title: "exports the ARN of a secret and how often it changes",
    change: {
      outputs: {
        secretArn: `arn:aws:secretsmanager:eu-north-1:${ACCOUNT}:secret:redis-AbCdEf`,
        passwordRotationDays: 30,
      },
    },
  },

  // Policies that look open and are not
  {
    title: "lets everybody of the organization read documents",
    change: {
      components: {
        documents: {
          transform: {
            source: {
              policy: alsoAllows({
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "arn:aws:s3:::ai.prism/*",
                Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
              }),
            },
          },
        },
      },
    },
  },
  {
    title: "lets one distribution read documents",
    change: {
      components: {
        documents: {
          transform: {
            source: {
              policy: alsoAllows({
                Principal: { Service: "cloudfront.amazonaws.com" },
                Action: "s3:GetObject",
                Resource: "arn:aws:s3:::ai.prism/*",
                Condition: { StringEquals: { "AWS:SourceArn": `arn:aws:cloudfront::${ACCOUNT}:distribution/E1` } },
              }),
            },
          },
        },
      },
    },
  },
  {
    title: "lets everybody of the account decrypt through S3",
    change: {
      components: {
        "key-home": {
          transform: {
            key: alsoAllows({
              Principal: { AWS: "*" },
              Action: "kms:Decrypt",
              Resource: "*",
              Condition: {
                StringEquals: { "kms:CallerAccount": ACCOUNT, "kms:ViaService": "s3.eu-north-1.amazonaws.com" },
              },
            }) as never,
          },
        },
      },
    },
  },
  {
    title: "lets a partner assume a role that asks for an external id",
    change: {
      components: {
        "instance-role": {
          transform: {
            role: {
              assumeRolePolicy: document(
                { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
                {
                  Effect: "Allow",
                  Action: "sts:AssumeRole",
                  Principal: { AWS: "arn:aws:iam::999999999999:root" },
                  Condition: { StringEquals: { "sts:ExternalId": "ai-prism" } },
                },
              ),
            },
          },
        },
      },
    },
  },
  {
    title: "lets instances look everywhere and send metrics",
    change: {
      components: {
        application: {
          instanceStatements: {
            look: [
              {
                Effect: "Allow",
                Action: ["ec2:Describe*", "s3:ListAllMyBuckets", "cloudwatch:PutMetricData"],
                Resource: "*",
              },
            ],
          },
        },
      },
    },
  },
  {
    title: "lets Session Manager in to the instances",
    change: {
      beside: () =>
        void new aws.iam.RolePolicyAttachment("session-manager", {
          role: "ai-prism-instance-role",
          policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        }),
    },
  },

  // Beanstalk
  {
    title: "writes booleans as the console does",
    change: {
      components: options([
        ["aws:autoscaling:launchconfiguration", "DisableIMDSv1", "True"],
        ["aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "True"],
      ]),
    },
  },
  {
    title: "deploys one batch after the other",
    change: {
      components: option("aws:elasticbeanstalk:command", "DeploymentPolicy", "RollingWithAdditionalBatch"),
    },
  },
  {
    title: "lets the load balancer speak TLS inside the VPC too",
    change: {
      components: options([
        ["aws:elbv2:listener:443", "ListenerEnabled", "true"],
        ["aws:elbv2:listener:443", "Protocol", "HTTPS"],
        ["aws:elbv2:listener:443", "SSLPolicy", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"],
        ["aws:elbv2:listener:443", "SSLCertificateArns", `arn:aws:acm:eu-north-1:${ACCOUNT}:certificate/c`],
      ]),
    },
  },

  // Everything else
  {
    title: "encrypts bundles with S3's own key",
    change: {
      components: {
        application: {
          transform: {
            bundleBucket: {
              encryption: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
            },
          },
        },
      },
    },
  },
  {
    title: "reads from a replica of the database",
    change: {
      beside: () =>
        void new aws.rds.Instance(
          "replica",
          {
            region: "eu-west-1",
            instanceClass: "db.t3.micro",
            replicateSourceDb: `arn:aws:rds:eu-north-1:${ACCOUNT}:db:ai-prism-postgres`,
            kmsKeyId: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/key-replica`,
            vpcSecurityGroupIds: ["sg-replica"],
            deletionProtection: true,
            skipFinalSnapshot: true,
          },
          { protect: true },
        ),
    },
  },
  {
    title: "counts one rule of the firewall while it is tried out",
    change: {
      components: {
        firewall: {
          transform: {
            webAcl: (args) => {
              const rules = args.rules as unknown as Record<string, unknown>[];
              args.rules = [
                ...rules,
                {
                  name: "try-out",
                  priority: 90,
                  action: { count: {} },
                  statement: { geoMatchStatement: { countryCodes: ["AQ"] } },
                  visibilityConfig: {
                    cloudwatchMetricsEnabled: true,
                    metricName: "try-out",
                    sampledRequestsEnabled: true,
                  },
                },
              ] as never;
            },
          },
        },
      },
    },
  },
  {
    title: "leaves tags of the database to whoever changes them by hand",
    change: {
      components: { database: { transform: { instance: withOptions({ protect: true, ignoreChanges: ["tags"] }) } } },
    },
  },
  {
    title: "has an alarm tell another program's topic as well",
    change: {
      components: {
        monitoring: {
          transform: {
            alarm: named<aws.cloudwatch.MetricAlarmArgs>("high-cpu", (args) => {
              const own = args.alarmActions as string[];
              args.alarmActions = [...own, `arn:aws:sns:eu-north-1:${ACCOUNT}:central`];
            }),
          },
        },
      },
    },
  },
  {
    title: "opens a load balancer of its own that only redirects to TLS",
    change: {
      beside: () =>
        void new aws.lb.Listener("redirect", {
          loadBalancerArn: "arn:aws:elasticloadbalancing:eu-north-1:1:loadbalancer/app/x/1",
          port: 80,
          protocol: "HTTP",
          defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
        }),
    },
  },
  {
    title: "keeps events of the trail by an organization",
    change: { program: "account", components: { trail: { transform: { trail: { isOrganizationTrail: true } } } } },
  },
];

/** Valkey with its encryption at rest left to the default. */
function valkey(): Change {
  return {
    config: { redis: { engine: "valkey", engineVersion: "8.0", nodeType: "cache.t3.micro", nodes: 2 } },
    components: { redis: { transform: { replicationGroup: { atRestEncryptionEnabled: undefined } } } },
  };
}
