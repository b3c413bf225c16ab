/** Error codes by type for a name that is taken. */
const CODES: Record<string, string> = {
  "aws:accessanalyzer/analyzer:Analyzer": "ConflictException",
  "aws:bedrock/inferenceProfile:InferenceProfile": "ConflictException",
  "aws:budgets/budget:Budget": "DuplicateRecordException",
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": "ConflictException",
  "aws:cloudfront/cachePolicy:CachePolicy": "CachePolicyAlreadyExists",
  "aws:cloudfront/function:Function": "FunctionAlreadyExists",
  "aws:cloudfront/originAccessControl:OriginAccessControl": "OriginAccessControlAlreadyExists",
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": "OriginRequestPolicyAlreadyExists",
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": "ResponseHeadersPolicyAlreadyExists",
  "aws:cloudtrail/trail:Trail": "TrailAlreadyExistsException",
  "aws:cloudwatch/logGroup:LogGroup": "ResourceAlreadyExistsException",
  "aws:cloudwatch/logStream:LogStream": "ResourceAlreadyExistsException",
  "aws:dynamodb/table:Table": "ResourceInUseException",
  "aws:ec2/route:Route": "RouteAlreadyExists",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "Resource.AlreadyAssociated",
  "aws:ec2/securityGroup:SecurityGroup": "InvalidGroup.Duplicate",
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": "RouteAlreadyExists",
  "aws:elasticache/parameterGroup:ParameterGroup": "CacheParameterGroupAlreadyExists",
  "aws:elasticache/replicationGroup:ReplicationGroup": "ReplicationGroupAlreadyExists",
  "aws:elasticache/subnetGroup:SubnetGroup": "CacheSubnetGroupAlreadyExists",
  "aws:elasticache/user:User": "UserAlreadyExists",
  "aws:elasticache/userGroup:UserGroup": "UserGroupAlreadyExists",
  "aws:elasticbeanstalk/application:Application": "InvalidParameterValue",
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": "InvalidParameterValue",
  "aws:elasticbeanstalk/environment:Environment": "InvalidParameterValue",
  "aws:iam/instanceProfile:InstanceProfile": "EntityAlreadyExists",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "EntityAlreadyExists",
  "aws:iam/policy:Policy": "EntityAlreadyExists",
  "aws:iam/role:Role": "EntityAlreadyExists",
  "aws:kms/alias:Alias": "AlreadyExistsException",
  "aws:lambda/function:Function": "ResourceConflictException",
  "aws:lambda/permission:Permission": "ResourceConflictException",
  "aws:lb/loadBalancer:LoadBalancer": "DuplicateLoadBalancerName",
  "aws:lb/targetGroup:TargetGroup": "DuplicateTargetGroupName",
  "aws:rds/eventSubscription:EventSubscription": "SubscriptionAlreadyExist",
  "aws:rds/instance:Instance": "DBInstanceAlreadyExists",
  "aws:rds/parameterGroup:ParameterGroup": "DBParameterGroupAlreadyExists",
  "aws:rds/proxy:Proxy": "DBProxyAlreadyExistsFault",
  "aws:rds/subnetGroup:SubnetGroup": "DBSubnetGroupAlreadyExists",
  "aws:route53/record:Record": "InvalidChangeBatch",
  "aws:s3/bucket:Bucket": "BucketAlreadyOwnedByYou",
  "aws:secretsmanager/secret:Secret": "ResourceExistsException",
  "aws:sqs/queue:Queue": "QueueAlreadyExists",
  "aws:ssm/parameter:Parameter": "ParameterAlreadyExists",
  "aws:wafv2/ipSet:IpSet": "WAFDuplicateItemException",
  "aws:wafv2/webAcl:WebAcl": "WAFDuplicateItemException",
};

/** Types whose creation overwrites what has the name, or hands it out again. */
const OVERWRITTEN = new Set([
  "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
  "aws:cloudwatch/logDeliverySource:LogDeliverySource",
  "aws:cloudwatch/logMetricFilter:LogMetricFilter",
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:s3/bucketMetric:BucketMetric",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:sns/topic:Topic",
]);

/**
 * What is said where a name is taken.
 *
 * @param value The properties that make the name, with their values.
 * @param holder The resource that has it.
 */
export function taken(type: string, value: string, holder: { name: string; urn: string }): string {
  const fact = `${value} is taken by "${holder.name}" (${holder.urn})`;
  if (OVERWRITTEN.has(type)) {
    return `${fact}: AWS would overwrite it, and whichever of the two is deleted first takes the other with it`;
  }
  const code = CODES[type];
  return code ? `${code}: ${fact}` : fact;
}
