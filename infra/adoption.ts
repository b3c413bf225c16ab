import * as pulumi from "@pulumi/pulumi";

/** What was made by hand and is taken into the stack, by physical name. */
export interface Adoption {
  readonly bucketName?: string;
  readonly database?: { readonly identifier: string; readonly logGroupNames: readonly string[] };
  readonly applicationName?: string;
  readonly alarmNames: readonly string[];
  readonly dashboardNames: readonly string[];
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
    ...all(
      "aws:route53/record:Record",
      domain ? adoption.dnsRecordTypes.map((type) => `${domain.hostedZoneId}_${domain.name}_${type}`) : [],
    ),
  ];
}

/** How the provider would import a resource with these arguments; undefined where they do not say it. */
function importId(type: string, props: Readonly<Record<string, unknown>>): string | undefined {
  const property = NAME_PROPERTIES[type];
  if (type === "aws:route53/record:Record") {
    return [props.zoneId, props.name, props.type].every((part) => typeof part === "string")
      ? `${String(props.zoneId)}_${String(props.name)}_${String(props.type)}`
      : undefined;
  }
  const id = property === undefined ? undefined : props[property];
  return typeof id === "string" ? id : undefined;
}

/** The argument with the physical name that the provider imports by. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:rds/instance:Instance": "identifier",
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:elasticbeanstalk/application:Application": "name",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
  "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
};

/**
 * Gives the option `import` to every resource whose type and physical name are among `imports`, in whatever component it
 * is. The engine then reads what exists and updates it in the same run, and refuses to replace it.
 */
export function importing(imports: readonly Import[]): pulumi.ResourceTransform {
  const wanted = new Set(imports.map(({ type, id }) => `${type} ${id}`));
  return ({ type, props, opts, custom }) => {
    const id = custom ? importId(type, props as Record<string, unknown>) : undefined;
    if (id === undefined || !wanted.has(`${type} ${id}`)) return undefined;
    return { props, opts: { ...opts, import: id } };
  };
}

/** Has the stack's resources imported that an adoption names. Call it before the first of them is registered. */
export function adopt(adoption: Adoption, domain?: { name: string; hostedZoneId: string }): void {
  const imports = importsOf(adoption, domain);
  // Each registered transform costs a call for every resource.
  if (imports.length > 0) pulumi.runtime.registerResourceTransform(importing(imports));
}
