import { isObject, list, type Properties } from "../values";

/** What a service wants to do, as far as a policy can ask about it. */
export interface Access {
  /** `s3.amazonaws.com` */
  service: string;
  action: string;
  /** ARN; absent for a trust policy, which names none. */
  resource?: string;
  /**
   * Condition keys that are certain: the value, or undefined for a key that is not there. A condition on another key is
   * taken to hold.
   */
  context: Record<string, string | undefined>;
}

/**
 * Whether a policy lets a service do something. Only a policy that certainly does not is a no: what cannot be judged
 * from the document alone counts as allowed.
 */
export function lets(policy: unknown, access: Access): boolean {
  const statements = statementsOf(policy);
  if (!statements) return true;
  const applies = (statement: Properties, effect: string) =>
    statement.Effect === effect && covers(statement, access) && conditions(statement, access);
  if (statements.some((statement) => applies(statement, "Deny") === "yes")) return false;
  return statements.some((statement) => {
    const answer = applies(statement, "Allow");
    return answer === "yes" || answer === "maybe";
  });
}

/** The services that a policy allows anything, for messages. */
export function servicesIn(policy: unknown): string[] {
  const named = (statementsOf(policy) ?? [])
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Principal }) => (isObject(Principal) ? several(Principal.Service) : []));
  return [...new Set(named.map(String))];
}

/** Whether a policy lets anybody do something, without a condition. */
export function isPublic(policy: unknown): boolean {
  return (statementsOf(policy) ?? []).some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" &&
      Condition === undefined &&
      (Principal === "*" || (isObject(Principal) && several(Principal.AWS).includes("*"))),
  );
}

/** The statements of a policy, or undefined when it cannot be read. */
export function statementsOf(policy: unknown): Properties[] | undefined {
  if (typeof policy !== "string" || policy === "") return [];
  try {
    const document: unknown = JSON.parse(policy);
    return isObject(document) ? several(document.Statement).filter(isObject) : undefined;
  } catch {
    return undefined;
  }
}

/** A value of a policy as the list that it stands for. */
export function several(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? list(value) : [value];
}

function covers(statement: Properties, { service, action, resource }: Access): boolean {
  if (statement.Principal !== undefined) {
    const principal = statement.Principal;
    const named = isObject(principal)
      ? several(principal.Service).includes(service) || several(principal.AWS).includes("*")
      : principal === "*";
    if (!named) return false;
  }
  const fits = (patterns: unknown, value: string) =>
    several(patterns).some((pattern) => like(String(pattern), value, true));
  if (statement.Action !== undefined && !fits(statement.Action, action)) return false;
  if (statement.NotAction !== undefined && fits(statement.NotAction, action)) return false;
  if (resource === undefined) return true;
  const matches = (patterns: unknown) => several(patterns).some((pattern) => like(String(pattern), resource, false));
  if (statement.Resource !== undefined && !matches(statement.Resource)) return false;
  return statement.NotResource === undefined || !matches(statement.NotResource);
}

/** Whether a text matches a pattern of a policy, in which `*` and `?` are open. */
export function like(pattern: string, value: string, ignoreCase: boolean): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, ignoreCase ? "is" : "s").test(value);
}

function conditions(statement: Properties, { context }: Access): "yes" | "no" | "maybe" {
  const known = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  let certain = true;
  for (const [operator, keys] of Object.entries(isObject(statement.Condition) ? statement.Condition : {})) {
    const [, negative, kind, ifExists] = /^(?:String|Arn)(Not)?(Equals|Like)(IfExists)?$/.exec(operator) ?? [];
    const judged = kind !== undefined || operator === "Bool";
    for (const [key, values] of Object.entries(isObject(keys) ? keys : {})) {
      if (!judged || !known.has(key.toLowerCase())) {
        certain = false;
        continue;
      }
      const value = known.get(key.toLowerCase());
      if (value === undefined) {
        if (negative || ifExists) continue;
        return "no";
      }
      const open = kind === "Like" || operator.startsWith("Arn");
      const found = several(values).some((one) => (open ? like(String(one), value, false) : String(one) === value));
      if (found === (negative !== undefined)) return "no";
    }
  }
  return certain ? "yes" : "maybe";
}
