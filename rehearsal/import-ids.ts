import { factsOf } from "./facts";
import { isObject, type Properties, revealAll } from "./values";
import type { WorldResource } from "./world";

/** The properties of a resource as texts, by name. */
type Read = (property: string) => string;

/**
 * What `pulumi import` asks for where that is not the resource's id, from the import sections of the provider's
 * documentation. False is a type that cannot be imported.
 */
const IMPORT_IDS: Record<string, false | ((read: Read) => string)> = {
  "aws:acm/certificateValidation:CertificateValidation": false,
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": (read) => read("chatConfigurationArn"),
  "aws:cloudwatch/eventRule:EventRule": (read) => `${read("eventBusName") || "default"}/${read("name")}`,
  "aws:cloudwatch/eventTarget:EventTarget": (read) =>
    [read("eventBusName") || "default", read("rule"), read("targetId")].join("/"),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": (read) => `${read("logGroupName")}:${read("name")}`,
  "aws:cloudwatch/logStream:LogStream": (read) => `${read("logGroupName")}:${read("name")}`,
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": (read) => `${read("logGroup")}|${read("name")}`,
  "aws:cloudwatch/queryDefinition:QueryDefinition": (read) => read("arn"),
  "aws:ebs/encryptionByDefault:EncryptionByDefault": () => "default",
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": () => "default",
  "aws:ec2/defaultRouteTable:DefaultRouteTable": (read) => read("vpcId"),
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": false,
  "aws:ec2/route:Route": (read) => {
    const destination =
      read("destinationCidrBlock") || read("destinationIpv6CidrBlock") || read("destinationPrefixListId");
    return `${read("routeTableId")}_${destination}`;
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": (read) =>
    `${read("subnetId") || read("gatewayId")}/${read("routeTableId")}`,
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": (read) =>
    `${read("vpcEndpointId")}/${read("routeTableId")}`,
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": false,
  "aws:lambda/permission:Permission": (read) => {
    const qualifier = read("qualifier");
    return `${read("function")}${qualifier && `:${qualifier}`}/${read("statementId")}`;
  },
  "aws:rds/instance:Instance": (read) => read("identifier"),
  "aws:route53/record:Record": (read) =>
    [read("zoneId"), read("name"), read("type"), read("setIdentifier")].filter(Boolean).join("_"),
  "aws:wafv2/ipSet:IpSet": (read) => [read("id"), read("name"), read("scope")].join("/"),
  "aws:wafv2/webAcl:WebAcl": (read) => [read("id"), read("name"), read("scope")].join("/"),
};

/** A security group's rule of the older kind names all of itself. */
function ruleImportId({ inputs }: WorldResource): string {
  const { securityGroupId, type, protocol, fromPort, toPort, cidrBlocks, ipv6CidrBlocks, prefixListIds } = inputs;
  const sources = [cidrBlocks, ipv6CidrBlocks, prefixListIds].flatMap((list) => (Array.isArray(list) ? list : []));
  const others = [inputs.self === true ? "self" : undefined, inputs.sourceSecurityGroupId].filter(Boolean);
  const named = protocol === "-1" ? "all" : protocol;
  return [securityGroupId, type, named, fromPort, toPort, ...others, ...sources].map(String).join("_");
}

/** What `pulumi import` asks for to take a resource over, its region aside; undefined where it cannot be imported. */
export function importIdOf(resource: WorldResource): string | undefined {
  const { type, id } = resource;
  if (!type.startsWith("aws:")) return undefined;
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") return ruleImportId(resource);
  const rule = Object.hasOwn(IMPORT_IDS, type) ? IMPORT_IDS[type] : undefined;
  if (rule === false) return undefined;
  if (rule === undefined) return id;
  const properties: Properties = { ...revealAll(resource.inputs), ...revealAll(resource.outputs), id };
  return rule((property) => {
    const value = properties[property];
    return value === undefined || value === null || isObject(value) ? "" : String(value);
  });
}

/** An import's id and the region that may follow it: `vpc-1@eu-west-1`. Other ids may hold an `@`, too. */
export function splitImportId(type: string, given: string): { id: string; region?: string } {
  const [, id, region] = /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(given) ?? [];
  return id !== undefined && region !== undefined && factsOf(type)?.inputs.region ? { id, region } : { id: given };
}
