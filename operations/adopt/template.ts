import { physicalNames } from "../../infra/names";

/** An inventory to fill in: production's names, and example ids of every kind. */
export function inventoryTemplate(environment: string, accountId: string, region: string): string {
  const names = physicalNames(environment, accountId);
  const alarms = ["High-CPU", "High-Memory", "Bedrock-Throttling", "High-5xx-Errors", "Redis-High-Memory"];
  const dashboards = ["Bedrock-Metrics", "Application-Performance", "Infrastructure-Health"];
  const key = (id: string) => `arn:aws:kms:${region}:${accountId}:key/${id}`;
  const list = (items: string[]) => items.map((item) => `\n  - ${item}`).join("");
  return `# What exists of ${environment} that was made by hand, for \`./prism adopt ${environment}\`.
# Names are those of the deployment; replace every id by what AWS shows. The commands need read access alone.
# docs/adopting.md walks through all of it.

region: ${region}
# Ends the names that the old deployment holds and that are built anew beside it: ${names.redis}-2 and others.
nameSuffix: "2"

# The VPC that the database is in. The new environment is built in it, so that old and new reach the same database.
#   aws ec2 describe-subnets --filters Name=vpc-id,Values=VPC
network:
  vpcId: vpc-0a1b2c3d4e5f60718
  publicSubnetIds: [subnet-0a000000000000001, subnet-0a000000000000002, subnet-0a000000000000003]
  # With a route to a NAT gateway, for instances and the load balancer: one in each zone.
  privateSubnetIds: [subnet-0b000000000000001, subnet-0b000000000000002, subnet-0b000000000000003]
  # Without a way to the internet, for Redis and the database's proxy.
  dataSubnetIds: [subnet-0c000000000000001, subnet-0c000000000000002, subnet-0c000000000000003]
  # Route tables that get a gateway endpoint for S3; none where they have one.
  privateRouteTableIds: []

bucket:
  name: ${names.documents}
  #   aws s3api get-bucket-acl --bucket ${names.documents}       more than the owner's grant: not private
  acl: private
  # Roles that work with the documents until the old deployment is retired: of its instances, of jobs.
  clientRoleArns:
    - arn:aws:iam::${accountId}:role/aws-elasticbeanstalk-ec2-role
  replicaName: ${names.documentsReplica}
  replicationRoleName: ${names.replicationRole}

#   aws rds describe-db-instances --db-instance-identifier ${names.database}
database:
  identifier: ${names.database}
  engineVersion: "16.11" # EngineVersion
  instanceClass: db.t3.micro
  databaseName: aiprism # DBName
  username: aiprismadmin # MasterUsername
  allocatedStorageInGiB: 20
  backupRetentionInDays: 7
  # KmsKeyId. Leave it out when StorageEncrypted is false.
  kmsKeyArn: ${key("11111111-aaaa-4bbb-8ccc-000000000001")}
  # MasterUserSecret.KmsKeyId. Leave it out when the password is not managed by RDS.
  secretKmsKeyArn: ${key("11111111-aaaa-4bbb-8ccc-000000000002")}
  # PerformanceInsightsKMSKeyId. Leave it out when Performance Insights is off.
  performanceInsightsKmsKeyArn:
  subnetGroupName: default-vpc-0a1b2c3d4e5f60718
  vpcId: vpc-0a1b2c3d4e5f60718 # DBSubnetGroup.VpcId
  securityGroupIds: [sg-0d000000000000001]
  logExports: [] # EnabledCloudwatchLogsExports
  # The instance that this one is an encrypted copy of, where it had to be copied.
  restoredFrom:

#   aws elasticbeanstalk describe-environments
application:
  name: ${names.application}
  environmentName: ${names.environment}
  cnamePrefix: ${names.cnamePrefix}

redis:
  id: ${names.redis}

#   aws cloudfront list-distributions
cdn:
  distributionId: E1A2B3C4D5E6F7
  # Leave it out when people use the distribution's own name.
  domain:
    name: prism.example.com
    hostedZoneId: Z0123456789ABCDEFGHIJ
    recordTypes: [A]

# Of the same region. They are taken over by name: from the first deployment on they watch the new environment.
alarmNames:${list(alarms.map((what) => names.alarm(what)))}
dashboardNames:${list(dashboards.map((what) => names.dashboard(what)))}
`;
}
