import { bucketTypes } from "../buckets";
import { Deferred, isTrue } from "../read";
import { disposableStacks, type ResourceRule } from "../rule";

export const protectStateful: ResourceRule = {
  id: "protect-stateful",
  title: "What holds data is protected in Pulumi",
  family: "data-safety",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: [
    ...bucketTypes,
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
  ],
  controls: { fsbp: ["RDS.7", "KMS.3"], wellArchitected: ["REL09-BP01"] },
  remediation:
    "Set the resource option protect to true, and neither forceDestroy nor a recovery window of 0; or name the stack in disposableStacks.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_identified_backups_data.html",
  parameters: { disposableStacks },
  check(resource, { fail, attempt, parameter }) {
    if (parameter<string[]>("disposableStacks").includes(resource.stack)) return;
    attempt(() => {
      if (isTrue(resource.value("forceDestroy"))) fail("forceDestroy is true: a destroy would empty the bucket first.");
    });
    attempt(() => {
      const window = resource.value("recoveryWindowInDays");
      if (window !== undefined && Number(window) === 0)
        fail("recoveryWindowInDays is 0: a deleted secret is gone at once.");
    });
    const { protect } = resource.data;
    if (protect === undefined) throw new Deferred("protect");
    if (!protect) fail("The resource option protect is not true.");
  },
};
