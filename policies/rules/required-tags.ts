import type { Resource } from "../resource";
import type { ResourceRule } from "../rule";

export const requiredTags: ResourceRule = {
  id: "required-tags",
  title: "What costs money carries the tags that costs are told apart by",
  family: "cost",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: [
    "aws:rds/instance:Instance",
    "aws:rds/proxy:Proxy",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticbeanstalk/environment:Environment",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:ec2/natGateway:NatGateway",
    "aws:cloudfront/distribution:Distribution",
    "aws:wafv2/webAcl:WebAcl",
    "aws:kms/key:Key",
  ],
  controls: { wellArchitected: ["COST03-BP02"] },
  remediation: "Set the tags on the provider's defaultTags, so that nothing can be forgotten.",
  url: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html",
  parameters: {
    keys: {
      type: "array",
      items: { type: "string" },
      description: "Tags that must be there.",
      default: ["Environment", "Owner"],
    },
  },
  check(resource, { fail, parameter }) {
    const tags = { ...defaultTags(resource), ...(resource.value("tags") ?? {}) };
    const missing = parameter<string[]>("keys").filter((key) => !Object.hasOwn(tags, key));
    if (missing.length > 0) fail(`The tags ${missing.join(", ")} are missing.`);
  },
};

/** The tags that the provider puts on everything. */
function defaultTags(resource: Resource): object {
  const setting = resource.providerSetting("defaultTags") as { tags?: object } | null | undefined;
  return { ...setting?.tags };
}
