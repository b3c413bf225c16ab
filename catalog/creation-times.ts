/**
 * How long AWS typically takes until a new resource can be used, in seconds. Estimates: from what the services' own
 * documentation says of waiting times and from deployments of this kind, not measured with this program. Types that are
 * not listed take {@link DEFAULT_CREATION_SECONDS}.
 */
export const CREATION_SECONDS: Readonly<Record<string, number>> = {
  "aws:acm/certificateValidation:CertificateValidation": 180,
  "aws:cloudfront/distribution:Distribution": 300,
  "aws:cloudfront/vpcOrigin:VpcOrigin": 480,
  "aws:cloudtrail/eventDataStore:EventDataStore": 60,
  "aws:ec2/natGateway:NatGateway": 120,
  "aws:ec2/vpcEndpoint:VpcEndpoint": 60,
  "aws:elasticache/replicationGroup:ReplicationGroup": 720,
  "aws:elasticache/user:User": 30,
  "aws:elasticache/userGroup:UserGroup": 60,
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": 5,
  "aws:elasticbeanstalk/environment:Environment": 480,
  // New roles and profiles are not seen everywhere at once.
  "aws:iam/instanceProfile:InstanceProfile": 15,
  "aws:iam/role:Role": 10,
  "aws:kms/key:Key": 10,
  "aws:rds/cluster:Cluster": 420,
  "aws:rds/instance:Instance": 900,
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": 600,
  "aws:rds/proxy:Proxy": 300,
  "aws:rds/proxyTarget:ProxyTarget": 60,
  "aws:secretsmanager/secretRotation:SecretRotation": 30,
  "aws:wafv2/webAcl:WebAcl": 15,
};

/** Estimate for every other type of AWS: one call, and a second one that finds it. */
export const DEFAULT_CREATION_SECONDS = 3;

/** Two types of which AWS wants the second to be there before the first, although no value says so. */
export interface Order {
  readonly type: string;
  readonly after: string;
  readonly why: string;
}

/** Orders that no value carries. Source: what AWS refuses, or what never comes up, without them. */
export const ORDERS: readonly Order[] = [
  {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    after: "aws:s3/bucketVersioning:BucketVersioning",
    why: "S3 refuses replication between buckets without versions",
  },
  {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    after: "aws:iam/rolePolicy:RolePolicy",
    why: "objects that arrive before the role may copy them are not copied later",
  },
  {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    after: "aws:s3/bucketVersioning:BucketVersioning",
    why: "rules for old versions are read by whether the bucket has versions",
  },
  {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    after: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    why: "S3 answers two changes of a bucket's access at once with a conflict",
  },
  {
    type: "aws:s3/bucketLogging:BucketLogging",
    after: "aws:s3/bucketPolicy:BucketPolicy",
    why: "S3 refuses a target that it may not write to",
  },
  {
    type: "aws:ec2/natGateway:NatGateway",
    after: "aws:ec2/internetGateway:InternetGateway",
    why: "EC2 refuses a public NAT gateway in a network without an internet gateway",
  },
  {
    type: "aws:ec2/eip:Eip",
    after: "aws:ec2/internetGateway:InternetGateway",
    why: "EC2 refuses to associate an address in a network without an internet gateway",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:ec2/route:Route",
    why: "instances fetch packages and report to Beanstalk through the NAT gateway while they start",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    why: "instances fetch packages and report to Beanstalk through the NAT gateway while they start",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:iam/rolePolicy:RolePolicy",
    why: "instances without their permissions never become healthy",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    why: "instances without their permissions never become healthy",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    why: "instances that reach neither database nor cache never become healthy",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    why: "instances that reach neither database nor cache never become healthy",
  },
  {
    type: "aws:elasticbeanstalk/environment:Environment",
    after: "aws:rds/proxyTarget:ProxyTarget",
    why: "the first deployment's migrations need the database behind the proxy",
  },
  {
    type: "aws:rds/instance:Instance",
    after: "aws:cloudwatch/logGroup:LogGroup",
    why: "RDS would create the group itself, unencrypted and kept for ever",
  },
  {
    type: "aws:rds/proxy:Proxy",
    after: "aws:iam/rolePolicy:RolePolicy",
    why: "a proxy that may not read the password never reaches the database",
  },
  {
    type: "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration",
    after: "aws:iam/rolePolicy:RolePolicy",
    why: "Bedrock tries at once whether the role may write",
  },
  {
    type: "aws:cloudtrail/trail:Trail",
    after: "aws:s3/bucketPolicy:BucketPolicy",
    why: "CloudTrail refuses a bucket that it may not write to",
  },
  {
    type: "aws:rds/proxyTarget:ProxyTarget",
    after: "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
    why: "the target is registered in that group",
  },
  {
    type: "aws:cloudwatch/logDelivery:LogDelivery",
    after: "aws:s3/bucketPolicy:BucketPolicy",
    why: "the delivery is refused where it may not write",
  },
];
