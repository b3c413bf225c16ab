import { bucketTypes, satellites } from "../buckets";
import { statements, type Statement } from "../policy-document";
import type { StackRule } from "../rule";

export const s3TlsOnly: StackRule = {
  id: "s3-tls-only",
  title: "Buckets refuse requests without TLS",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.5"], cis: ["2.1.1"], wellArchitected: ["SEC09-BP02"] },
  remediation:
    "Add a statement to the bucket policy that denies s3:* to every principal on the bucket and its objects where aws:SecureTransport is false.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  check(bucket, { fail, stack }) {
    const policies = satellites(stack, bucket, ["aws:s3/bucketPolicy:BucketPolicy"]);
    const holders = policies.length > 0 ? policies : [bucket];
    const document = holders.flatMap((holder) => statements(holder, "policy") ?? []);
    if (document.length === 0) return fail("The bucket has no policy that denies plain requests.");
    const denied = document.filter(deniesPlainRequests).flatMap((statement) => statement.resources);
    const objects = denied.some((resource) => resource.endsWith("*"));
    const itself = denied.some((resource) => resource === "*" || !resource.includes("/"));
    if (!objects && !itself) fail("The bucket's policy does not deny plain requests.");
    else if (!objects) fail("Plain requests are denied on the bucket but not on its objects.");
    else if (!itself) fail("Plain requests are denied on the objects but not on the bucket.");
  },
};

function deniesPlainRequests(statement: Statement): boolean {
  const [condition, ...others] = statement.conditions;
  return (
    statement.denies &&
    statement.anyone &&
    statement.actions.some((action) => action === "s3:*" || action === "*") &&
    // A further condition would let some plain requests through.
    others.length === 0 &&
    condition?.key === "aws:securetransport" &&
    condition.operator.startsWith("bool") &&
    condition.values.every((value) => value.toLowerCase() === "false")
  );
}
