import type { Inventory } from "./inventory";

/** What is not imported: it is built anew beside the old one, or stays outside the stack. */
export interface Retired {
  readonly what: string;
  readonly id: string;
  readonly why: string;
}

/** Everything of an inventory that the stack does not take over, with the reason. */
export function retiredOf({ application, bucket, cdn, database, redis }: Inventory): Retired[] {
  const entries: (Retired | undefined)[] = [
    redis && {
      what: "Redis",
      id: redis.id,
      why: "not encrypted, without a password, one node; a cache is encrypted only when it is created, and sessions can be lost",
    },
    {
      what: "Beanstalk environment",
      id: application.environmentName,
      why: "on the account's shared role, its load balancer open to the world over HTTP; kind and scheme of a load balancer are fixed at creation",
    },
    {
      what: "CNAME prefix",
      id: application.cnamePrefix,
      why: "goes with the environment; the new load balancer is internal, so people come through the CDN alone",
    },
    bucket.replicaName === undefined
      ? undefined
      : {
          what: "replica bucket",
          id: bucket.replicaName,
          why: "in the region of the bucket that it copies, and a bucket cannot move",
        },
    bucket.replicationRoleName === undefined
      ? undefined
      : {
          what: "replication role",
          id: bucket.replicationRoleName,
          why: "policies written by hand may allow more than copying, and an import would not show them",
        },
    cdn && {
      what: "CloudFront distribution",
      id: cdn.distributionId,
      why: cdn.domain
        ? "its origin is the open load balancer; the new one is tried out under its own name, and takes the domain over"
        : "not at first: the new one is tried out under its own name, then this one is imported in its place",
    },
    cdn?.domain && {
      what: "hosted zone",
      id: cdn.domain.hostedZoneId,
      why: "stays as it is: the program only puts records into it",
    },
    cdn?.domain && {
      what: "certificate",
      id: cdn.domain.name,
      why: "the program's own is validated by a record that it keeps, so that it renews itself",
    },
    database.restoredFrom === undefined
      ? undefined
      : {
          what: "database",
          id: database.restoredFrom,
          why: "its data is in the encrypted copy; it is the way back until the old deployment is gone",
        },
    {
      what: "DB subnet group",
      id: database.subnetGroupName,
      why: "stays as it is: RDS moves no instance to another group of the same VPC",
    },
    ...database.securityGroupIds.map((id) => ({
      what: "security group",
      id,
      why: "stays on the database until the old environment is gone",
    })),
  ];
  return entries.filter((entry) => entry !== undefined);
}
