import * as pulumi from "@pulumi/pulumi";

/** What was made by hand and is taken into the stack, by physical name. */
export interface Adoption {
  readonly bucketName?: string;
  readonly database?: { readonly identifier: string; readonly logGroupNames: readonly string[] };
  readonly applicationName?: string;
  readonly alarmNames: readonly string[];
  readonly dashboardNames: readonly string[];
  /** The CDN's distribution, where people know its own name and no other. */
  readonly distributionId?: string;
  /** Types of the own domain's records, such as `A`. */
  readonly dnsRecordTypes: readonly string[];
}

/** A resource that exists and is imported when the program first registers it. */
export interface Import {
  /** Type token. */
  readonly type: string;
  /** What the provider imports it by. */
  readonly id: string;
}

/** What an adoption imports, in the order of its settings. Records are named by the program's own domain. */
export function importsOf(adoption: Adoption, domain?: { name: string; hostedZoneId: string }): Import[] {
  const all = (type: string, ids: readonly (string | undefined)[]): Import[] =>
    ids.flatMap((id) => (id === undefined ? [] : [{ type, id }]));
  return [
    ...all("aws:s3/bucket:Bucket", [adoption.bucketName]),
    ...all("aws:rds/instance:Instance", [adoption.database?.identifier]),
    ...all("aws:cloudwatch/logGroup:LogGroup", adoption.database?.logGroupNames ?? []),
    ...all("aws:elasticbeanstalk/application:Application", [adoption.applicationName]),
    ...all("aws:cloudwatch/metricAlarm:MetricAlarm", adoption.alarmNames),
    ...all("aws:cloudwatch/dashboard:Dashboard", adoption.dashboardNames),
    ...all(DISTRIBUTION, [adoption.distributionId]),
    ...all(
      "aws:route53/record:Record",
      domain ? adoption.dnsRecordTypes.map((type) => `${domain.hostedZoneId}_${domain.name}_${type}`) : [],
    ),
  ];
}

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

/** What the provider imports a resource by, from its arguments; undefined where they do not say it. */
const IDS: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>> = {
  "aws:s3/bucket:Bucket": ({ bucket }) => bucket,
  "aws:rds/instance:Instance": ({ identifier }) => identifier,
  "aws:cloudwatch/logGroup:LogGroup": ({ name }) => name,
  "aws:elasticbeanstalk/application:Application": ({ name }) => name,
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ name }) => name,
  "aws:cloudwatch/dashboard:Dashboard": ({ dashboardName }) => dashboardName,
  "aws:route53/record:Record": ({ zoneId, name, type }) => [zoneId, name, type].map(String).join("_"),
};

/** What can be made again, and is taken down with what it watches. */
const REPLACEABLE = ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/dashboard:Dashboard"];

/**
 * Gives the option `import` to every resource whose type and physical name are among `imports`, in whatever component it
 * is. The engine then reads what exists and updates it in the same run, and refuses to replace it. What holds data or a
 * name outlives a `pulumi destroy --exclude-protected` of what was built beside it.
 */
export function importing(imports: readonly Import[]): pulumi.ResourceTransform {
  // AWS chooses a distribution's id, and there is one: its type is enough.
  const distribution = imports.find(({ type }) => type === DISTRIBUTION)?.id;
  return ({ type, props, opts }) => {
    const id = type === DISTRIBUTION ? distribution : IDS[type]?.(props as Record<string, unknown>);
    if (!imports.some((one) => one.type === type && one.id === id)) return undefined;
    const protect = REPLACEABLE.includes(type) ? opts.protect : true;
    return { props, opts: { ...opts, import: id as string, protect } };
  };
}

/** Has the stack's resources imported that an adoption names. Call it before the first of them is registered. */
export function adopt(adoption: Adoption, domain?: { name: string; hostedZoneId: string }): void {
  const imports = importsOf(adoption, domain);
  // A registered transform costs a call for every resource.
  if (imports.length > 0) pulumi.runtime.registerResourceTransform(importing(imports));
}
