/** A type whose resources hold what cannot be made again, and how such a resource is left without losing that. */
export interface DataHolder {
  /** What is lost with the resource. */
  readonly holds: string;
  /** What to do in place of a replacement or deletion, in the order in which it is done. */
  readonly instead: string;
}

/** The types that hold data, by token. Sources: each service's documentation of deletion and of its backups. */
export const DATA_HOLDERS: Readonly<Record<string, DataHolder>> = {
  "aws:rds/instance:Instance": {
    holds: "the database and its automated backups",
    instead:
      "take a snapshot (aws rds create-db-snapshot), add a second instance that is restored from it (snapshotIdentifier), move the application over, and remove the old one in a change of its own",
  },
  "aws:rds/cluster:Cluster": {
    holds: "the database and its automated backups",
    instead:
      "take a snapshot (aws rds create-db-cluster-snapshot), add a second cluster that is restored from it (snapshotIdentifier), move the application over, and remove the old one in a change of its own",
  },
  "aws:s3/bucket:Bucket": {
    holds: "its objects and their versions",
    instead:
      "add a second bucket, copy into it (S3 Batch Replication keeps the versions), point the program to it, and remove the old one in a change of its own",
  },
  "aws:kms/key:Key": {
    holds: "the key to everything that is encrypted with it",
    instead:
      "add a second key, encrypt anew with it, and remove the old one when CloudTrail shows no more use of it; rotation needs no new key",
  },
  "aws:secretsmanager/secret:Secret": {
    holds: "the secret and its versions",
    instead:
      "add a second secret with the same value, point its readers to it, and remove the old one in a change of its own",
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    holds: "sessions and queued jobs",
    instead:
      "take a snapshot (aws elasticache create-snapshot), add a second group that is restored from it (snapshotName), move the application over, and remove the old one in a change of its own",
  },
  "aws:dynamodb/table:Table": {
    holds: "its items",
    instead:
      "add a second table that is restored from a backup (restoreSourceName), move its users over, and remove the old one in a change of its own",
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    holds: "its log events",
    instead:
      "export them to S3 first (aws logs create-export-task), or let the stack forget the group with retainOnDelete",
  },
  "aws:sqs/queue:Queue": {
    holds: "messages that nobody has read yet",
    instead: "add a second queue, send to it, and remove the old one when it is empty",
  },
  "aws:ebs/volume:Volume": {
    holds: "its blocks",
    instead: "take a snapshot (aws ec2 create-snapshot) and create the new volume from it (snapshotId)",
  },
};
