import type { JudgedResource } from "../../policies/evaluate";

/** The resources of one type. */
export function ofType(
  { resources }: { readonly resources: readonly JudgedResource[] },
  type: string,
): JudgedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** A property as the program gave it, else as AWS filled it in. */
export function property(resource: JudgedResource, name: string): unknown {
  return resource.inputs?.[name] ?? resource.properties[name];
}

/** A property that is text, or undefined. */
export function text(resource: JudgedResource, name: string): string | undefined {
  const value = property(resource, name);
  return typeof value === "string" ? value : undefined;
}

/** A property that is a number. */
export function number(resource: JudgedResource, name: string, fallback: number): number {
  const value = property(resource, name);
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

/** A value that is a list, else an empty one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What lies along a path inside a value, or undefined. */
export function field(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[step] : undefined),
    value,
  );
}

/** Reads the settings of a Beanstalk environment. */
export function beanstalkSettings(
  environment: JudgedResource,
): (namespace: string, name: string) => string | undefined {
  const settings = new Map(
    list(property(environment, "settings")).map((setting) => [
      `${String(field(setting, "namespace"))} ${String(field(setting, "name"))}`,
      field(setting, "value"),
    ]),
  );
  return (namespace, name) => {
    const value = settings.get(`${namespace} ${name}`);
    return typeof value === "string" ? value : undefined;
  };
}

export const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";

/** Ids of the chain that an environment's application is given, first choice first. */
export function modelChain(environment: JudgedResource): { id: string; requestsPerMinute: number }[] {
  const variable = beanstalkSettings(environment)(
    "aws:elasticbeanstalk:application:environment",
    "BEDROCK_MODEL_CHAIN",
  );
  let chain: unknown;
  try {
    chain = JSON.parse(variable ?? "[]");
  } catch {
    return [];
  }
  return list(chain).flatMap((entry) => {
    const [id, requests] = [field(entry, "id"), field(entry, "requestsPerMinute")];
    return typeof id === "string" ? [{ id, requestsPerMinute: typeof requests === "number" ? requests : 0 }] : [];
  });
}
