import { beanstalkTypes, optionSettings } from "../beanstalk";
import { bucketTypes, encryptionTypes, loggingTypes, satellites } from "../buckets";
import { keyAdmits, keyType } from "../keys";
import { matches, statements } from "../policy-document";
import { need } from "../read";
import type { Resource } from "../resource";
import type { StackContext, StackRule } from "../rule";

const trailType = "aws:cloudtrail/trail:Trail";
const firewallLogType = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";

export const logDestinationIntegrity: StackRule = {
  id: "log-destination-integrity",
  title: "Logs can be written where they are sent",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: [...loggingTypes, ...beanstalkTypes, trailType, firewallLogType],
  controls: { wellArchitected: ["SEC04-BP01", "SEC04-BP02"] },
  remediation:
    "Let the writing service put objects in the bucket's policy, and encrypt the bucket in a way that the writer can use: load balancers need AES256.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
  parameters: {
    otherBuckets: {
      type: "array",
      items: { type: "string" },
      description: "Names of log buckets of other programs.",
      default: [],
    },
  },
  check(resource, context) {
    const { fail, attempt, stack } = context;
    if (resource.type === firewallLogType) {
      for (const [index] of resource.list("logDestinationConfigs").entries()) {
        attempt(() => {
          const arn = resource.text(`logDestinationConfigs.${index}`) ?? "";
          const name = /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn.slice(arn.lastIndexOf(":") + 1).replace(/^.*\//, "");
          if (!name.startsWith("aws-waf-logs-")) fail(`WAF writes to no destination called "${name}".`);
        });
      }
      return;
    }
    if (resource.type === trailType) {
      const { resources } = stack.target(resource, "s3BucketName", bucketTypes);
      for (const bucket of resources) attempt(() => judge(bucket, ["cloudtrail.amazonaws.com"], false, context));
      return;
    }
    if (!loggingTypes.includes(resource.type as never)) {
      const setting = optionSettings(resource).find(({ name }) => name === "AccessLogsS3Bucket");
      if (!setting) return;
      const { resources } = stack.target(resource, "settings", bucketTypes, setting.path);
      const name = resource.read(setting.path);
      // Settings came from many buckets; only the one of that name is meant, as soon as it is known.
      const meant = name.state === "known" ? resources : resources.length === 1 ? resources : [];
      for (const bucket of meant) {
        attempt(() => judge(bucket, ["logdelivery.elasticloadbalancing.amazonaws.com"], true, context));
      }
      return;
    }
    const { resources: targets, unknown } = stack.target(resource, "targetBucket", bucketTypes);
    const [source] = stack.target(resource, "bucket", bucketTypes).resources;
    if (targets.length === 0 && !unknown) {
      const name = resource.text("targetBucket") ?? "";
      if (!context.parameter<string[]>("otherBuckets").includes(name)) fail(`The log bucket "${name}" is not here.`);
    }
    for (const target of targets) {
      if (target === source) fail("The bucket logs to itself, which never ends.");
      attempt(() => judge(target, ["logging.s3.amazonaws.com"], false, context));
    }
  },
};

/** Whether a bucket takes what a service writes: its policy lets it in, and it can encrypt for it. */
function judge(bucket: Resource, services: string[], onlySse: boolean, { fail, attempt, stack }: StackContext): void {
  attempt(() => {
    const policies = satellites(stack, bucket, ["aws:s3/bucketPolicy:BucketPolicy"]);
    const holders = policies.length > 0 ? policies : [bucket];
    const document = holders.flatMap((holder) => statements(holder, "policy") ?? []);
    const admitted = document.some(
      (statement) =>
        statement.allows &&
        statement.actions.some((action) => matches(action, "s3:putobject")) &&
        statement.principals.some(
          // Older regions write load balancers' logs from an account of AWS's.
          ({ kind, value }) => (kind === "Service" && services.includes(value)) || (onlySse && kind === "AWS"),
        ),
    );
    if (!admitted) fail(`The policy of the bucket "${bucket.name}" does not let ${services.join(" or ")} write.`);
  });
  attempt(() => {
    for (const configuration of satellites(stack, bucket, encryptionTypes)) {
      for (const rule of configuration.list("rules")) {
        const algorithm = String(need(rule, "applyServerSideEncryptionByDefault.sseAlgorithm") ?? "AES256");
        if (!algorithm.startsWith("aws:kms")) continue;
        if (onlySse)
          return fail(`The bucket "${bucket.name}" encrypts with KMS, and load balancers write AES256 only.`);
        const path = "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId";
        if (configuration.read(path).state === "absent") {
          return fail(`The bucket "${bucket.name}" encrypts with AWS's own key, with which no service writes.`);
        }
        const keys = stack.target(configuration, "rules", keyType, path).resources;
        const shut = keys.find((key) => !services.some((service) => keyAdmits(stack, key, service)));
        if (shut)
          fail(`The key "${shut.name}" of the bucket "${bucket.name}" does not let in ${services.join(" or ")}.`);
      }
    }
  });
}
