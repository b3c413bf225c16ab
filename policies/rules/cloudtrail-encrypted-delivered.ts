import type { ResourceRule } from "../rule";

export const cloudtrailEncryptedDelivered: ResourceRule = {
  id: "cloudtrail-encrypted-delivered",
  title: "The trail is encrypted with a key and can be searched",
  family: "observability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:cloudtrail/trail:Trail"],
  controls: { fsbp: ["CloudTrail.2", "CloudTrail.5"], cis: ["3.5"], wellArchitected: ["SEC04-BP01", "SEC08-BP02"] },
  remediation: "Set kmsKeyId, and cloudWatchLogsGroupArn with cloudWatchLogsRoleArn.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
  check(trail, { fail }) {
    // What is not known yet is there all the same.
    for (const field of ["kmsKeyId", "cloudWatchLogsGroupArn"]) {
      const reading = trail.read(field);
      if (reading.state === "absent" || (reading.state === "known" && reading.value === ""))
        fail(`${field} is not set.`);
    }
  },
};
