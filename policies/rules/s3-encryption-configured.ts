import { bucketTypes, encryptionAlgorithms } from "../buckets";
import type { StackRule } from "../rule";

export const s3EncryptionConfigured: StackRule = {
  id: "s3-encryption-configured",
  title: "Buckets state how they encrypt",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: bucketTypes,
  controls: { fsbp: ["S3.17"], wellArchitected: ["SEC08-BP02"] },
  remediation:
    "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and a customer-managed key, or AES256 where the writer cannot use a key.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
  parameters: {
    requireExplicit: {
      type: "boolean",
      description: "Whether a bucket must state its encryption although S3 encrypts every new object anyway.",
      default: true,
    },
    requireKms: {
      type: "boolean",
      description: "Whether a KMS key is required. Buckets that load balancers write logs to cannot have one.",
      default: false,
    },
  },
  check(bucket, { fail, parameter, stack }) {
    const algorithms = encryptionAlgorithms(stack, bucket);
    if (algorithms.length === 0 && parameter<boolean>("requireExplicit")) {
      return fail("No server-side encryption is configured for the bucket.");
    }
    const foreign = algorithms.find((algorithm) => !/^(AES256|aws:kms|aws:kms:dsse|aws:fsx)$/.test(algorithm));
    if (foreign) fail(`"${foreign}" is no encryption that S3 knows.`);
    if (parameter<boolean>("requireKms") && !algorithms.some((algorithm) => algorithm.startsWith("aws:kms"))) {
      fail("The bucket is not encrypted with a KMS key.");
    }
  },
};
