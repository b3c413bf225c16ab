const SUBNETS =
  "awsx makes it from the arguments of the VPC; data-subnets-private follows it, and mutations move the data.";

/** Resource types in use that no insecure change is tried on, each with the reason. */
export const UNTOUCHED: Readonly<Record<string, string>> = {
  "aws:accessanalyzer/analyzer:Analyzer": "It finds what is shared outside; all it can be is there or not.",
  "aws:cloudfront/vpcOrigin:VpcOrigin": "It is judged through the distribution, by cdn-origin-bypass.",
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "The bucket that it names is judged itself.",
  "aws:ec2/internetGateway:InternetGateway": SUBNETS,
  "aws:ec2/route:Route": SUBNETS,
  "aws:ec2/routeTable:RouteTable": SUBNETS,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": SUBNETS,
  "aws:ec2/vpc:Vpc": SUBNETS,
  "aws:elasticache/parameterGroup:ParameterGroup": "It says what goes when memory runs out, and nothing of access.",
  "aws:elasticache/userGroup:UserGroup": "Who is in it is judged user by user, and its use by elasticache-auth.",
  "aws:iam/instanceProfile:InstanceProfile": "It carries a role, which is judged.",
  "aws:kms/alias:Alias": "It is another name of a key, which is judged.",
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": "It shares connections out, and nothing else.",
  "aws:rds/proxyTarget:ProxyTarget": "It ties a proxy to a database; both are judged.",
};
