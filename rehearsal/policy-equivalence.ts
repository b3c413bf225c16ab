import { canonical, isObject } from "./values";

/**
 * Whether two policy documents are the same to the provider: it takes one text for a list of one, and the order of
 * statements, actions, resources and principals for none, as HashiCorp's awspolicyequivalence does.
 */
export function samePolicy(left: string, right: string): boolean {
  const [one, other] = [left, right].map(normalized);
  return one !== undefined && one === other;
}

/** A text that is the same for the same policy; undefined for what is no JSON object. An empty text is `{}`. */
function normalized(policy: string): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(policy.trim() || "{}");
  } catch {
    return undefined;
  }
  if (Array.isArray(document) && document.length === 1) document = document[0];
  if (!isObject(document)) return undefined;
  const { Version = "", Id = "", Statement = [] } = document;
  const statements = (Array.isArray(Statement) ? Statement : [Statement]).map(normalizedStatement).sort();
  return canonical([Version, Id, statements]);
}

function normalizedStatement(statement: unknown): string {
  if (!isObject(statement)) return canonical(statement);
  const { Sid = "", Effect, Principal, NotPrincipal, Condition } = statement;
  return canonical([
    Sid,
    String(Effect).toLowerCase(),
    ...["Action", "NotAction", "Resource", "NotResource"].map((name) => texts(statement[name])),
    principals(Principal),
    principals(NotPrincipal),
    isObject(Condition) ? mapped(Condition, (keys) => (isObject(keys) ? mapped(keys, texts) : keys)) : Condition,
  ]);
}

function principals(principal: unknown): unknown {
  if (!isObject(principal)) return typeof principal === "string" ? accountOf(principal) : principal;
  const given = Object.entries(principal).filter(([, members]) => texts(members).length > 0);
  return mapped(Object.fromEntries(given), (members) => texts(members).map(accountOf).sort());
}

/** An account's id, also where it is spelt as the ARN of its root. */
function accountOf(principal: string): string {
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;
}

function texts(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String).sort();
}

function mapped(object: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
