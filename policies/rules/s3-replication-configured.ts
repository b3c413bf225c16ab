import { bucketTypes } from "../buckets";
import { Deferred } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";
import type { StackIndex } from "../stack-index";

const replicationTypes = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"];

export const s3ReplicationConfigured: StackRule = {
  id: "s3-replication-configured",
  title: "Buckets tagged as data are copied to another",
  family: "versioning",
  severity: "medium",
  enforcement: "advisory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.7"], wellArchitected: ["REL09-BP01", "REL13-BP02"] },
  remediation: "Add a BucketReplicationConfig for the bucket, or take the tag off what is no loss.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
  parameters: {
    dataTag: { type: "string", description: "Tag by which a bucket of data is known.", default: "DataClass" },
  },
  check(bucket, { fail, parameter, stack }) {
    if (bucket.value(["tags", parameter<string>("dataTag")]) === undefined) return;
    const { found, unknown } = stack.referrers(bucket, replicationTypes, "bucket");
    if (found.length > 0 || isCopy(stack, bucket)) return;
    if (unknown.length > 0) throw new Deferred("bucket");
    fail("No BucketReplicationConfig copies the bucket.");
  },
};

/** Whether a bucket is itself what another is copied to. */
function isCopy(stack: StackIndex, bucket: Resource): boolean {
  return stack.ofType(replicationTypes).some((replication) =>
    replication.list("rules").some((_, index) => {
      const path = `rules.${index}.destination.bucket`;
      const { resources } = stack.target(replication, "rules", bucketTypes, path);
      return resources.includes(bucket);
    }),
  );
}
