import { bucketTypes, encryptionAlgorithms, versioned } from "../buckets";
import { matches, statements } from "../policy-document";
import { Deferred } from "../read";
import type { Resource } from "../resource";
import type { StackContext, StackRule } from "../rule";

export const s3ReplicationIntegrity: StackRule = {
  id: "s3-replication-integrity",
  title: "Replication really makes a second copy elsewhere",
  family: "versioning",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"],
  controls: { fsbp: ["S3.7"], wellArchitected: ["REL09-BP01", "REL13-BP02"] },
  remediation:
    "Enable versioning on both buckets, put the destination into another region, enable the rule, and give replicationTime and metrics, both Enabled with 15 minutes.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
  parameters: {
    requireReplicationTime: {
      type: "boolean",
      description: "Whether the 15-minute Replication Time Control is required.",
      default: true,
    },
    allowedDestinations: {
      type: "array",
      items: { type: "string" },
      description: "ARNs of buckets outside the stack that may be copied to.",
      default: [],
    },
  },
  check(replication, context) {
    const { fail, attempt, parameter, stack } = context;
    const sources = stack.target(replication, "bucket", bucketTypes).resources;
    for (const source of sources) {
      attempt(() => {
        if (!versioned(stack, source)) fail(`The source "${source.name}" is not versioned.`);
      });
    }
    const copies = replication.list("rules").flatMap((_, index) => {
      const { resources } = stack.target(replication, "rules", bucketTypes, `rules.${index}.destination.bucket`);
      return resources.length > 1 ? resources.filter((one) => !sources.includes(one)) : resources;
    });
    for (const role of stack.target(replication, "role", ["aws:iam/role:Role"]).resources) {
      judgeRole(role, copies, context);
    }
    for (const index of replication.list("rules").keys()) {
      const path = `rules.${index}`;
      const at = (field: string) => replication.text(`${path}.${field}`);
      attempt(() => {
        if (at("status") !== "Enabled") fail(`${path}.status is not "Enabled".`);
      });
      attempt(() => {
        if (at("deleteMarkerReplication.status") === undefined && replication.value(`${path}.filter`) !== undefined) {
          fail(`${path}.deleteMarkerReplication is not stated.`);
        }
      });
      attempt(() => {
        const timed = at("destination.replicationTime.status") === "Enabled";
        if (!timed && parameter<boolean>("requireReplicationTime")) {
          fail(`${path}.destination.replicationTime is not enabled.`);
        }
        if (timed && at("destination.metrics.status") !== "Enabled") {
          fail(`${path}.destination.metrics is not enabled, which replicationTime needs.`);
        }
      });
      attempt(() => {
        const kms = sources.some((source) =>
          encryptionAlgorithms(stack, source).some((algorithm) => algorithm.startsWith("aws:kms")),
        );
        if (!kms) return;
        if (at("sourceSelectionCriteria.sseKmsEncryptedObjects.status") !== "Enabled") {
          fail(`${path} skips objects encrypted with KMS, and the source encrypts with KMS.`);
        } else if (replication.read(`${path}.destination.encryptionConfiguration.replicaKmsKeyId`).state === "absent") {
          fail(`${path}.destination.encryptionConfiguration names no key in the destination's region.`);
        }
      });
      attempt(() => {
        const { resources, unknown } = stack.target(replication, "rules", bucketTypes, `${path}.destination.bucket`);
        if (unknown) throw new Deferred(`${path}.destination.bucket`);
        // Every bucket that the rules mention is in the dependencies of `rules`; the source can be one of them.
        const destinations = resources.length > 1 ? resources.filter((one) => !sources.includes(one)) : resources;
        if (
          destinations.length === 0 &&
          !parameter<string[]>("allowedDestinations").includes(at("destination.bucket") ?? "")
        ) {
          fail(`${path} copies to a bucket that is neither in this stack nor allowed by allowedDestinations.`);
        }
        for (const destination of destinations) {
          attempt(() => {
            if (!versioned(stack, destination)) fail(`The destination "${destination.name}" is not versioned.`);
          });
          for (const source of sources) {
            attempt(() => {
              if (source === destination) return fail(`${path} copies the bucket onto itself.`);
              if (source.region === undefined || destination.region === undefined) throw new Deferred("region");
              if (source.region === destination.region) {
                fail(`Source and destination "${destination.name}" are both in ${source.region}.`);
              }
            });
          }
        }
      });
    }
  },
};

/** S3 takes a role that it cannot assume, or that may not copy, and then copies nothing without a word. */
function judgeRole(role: Resource, destinations: readonly Resource[], { fail, attempt, stack }: StackContext): void {
  attempt(() => {
    const trusted = (statements(role, "assumeRolePolicy") ?? []).some(
      (statement) =>
        statement.allows &&
        statement.principals.some(({ kind, value }) => kind === "Service" && value === "s3.amazonaws.com"),
    );
    if (!trusted) fail(`S3 cannot assume the role "${role.name}".`);
  });
  attempt(() => {
    const attached = stack
      .referrers(role, ["aws:iam/rolePolicyAttachment:RolePolicyAttachment"], "role")
      .found.flatMap((attachment) => {
        const { resources } = stack.target(attachment, "policyArn", ["aws:iam/policy:Policy"]);
        // What a policy of another program allows cannot be seen from here.
        if (resources.length === 0) throw new Deferred("policyArn");
        return resources;
      });
    const own = stack.referrers(role, ["aws:iam/rolePolicy:RolePolicy"], "role").found;
    const copying = [...own, ...attached].flatMap((policy) =>
      (statements(policy, "policy") ?? []).filter(
        (statement) => statement.allows && statement.actions.some((action) => matches(action, "s3:replicateobject")),
      ),
    );
    if (copying.length === 0) return fail(`The role "${role.name}" is not allowed to replicate objects.`);
    const places = copying.flatMap((statement) => statement.resources);
    for (const destination of destinations) {
      const arn = destination.text("arn");
      const reached = arn === undefined || places.some((place) => matches(place, `${arn}/object`));
      if (!reached) fail(`The role "${role.name}" is not allowed to replicate objects to "${destination.name}".`);
    }
  });
}
