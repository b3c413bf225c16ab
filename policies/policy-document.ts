import { Deferred, isUnknown } from "./read";
import type { Resource } from "./resource";
import type { Context, Parameter } from "./rule";

type Condition = { operator: string; key: string; values: string[] };

/** One statement of an IAM, bucket, key or trust policy. Each reader throws Deferred on a part not known yet. */
export class Statement {
  constructor(
    private readonly raw: Record<string, unknown>,
    private readonly path: string,
  ) {}

  get sid(): string {
    const sid = this.raw.Sid;
    return typeof sid === "string" && !isUnknown(sid) ? sid : this.path;
  }

  get allows(): boolean {
    return this.strings("Effect")[0] === "Allow";
  }

  get denies(): boolean {
    return this.strings("Effect")[0] === "Deny";
  }

  /** Actions in lower case, as AWS compares them. */
  get actions(): string[] {
    return this.strings("Action").map((action) => action.toLowerCase());
  }

  get resources(): string[] {
    return this.strings("Resource");
  }

  has(element: "NotAction" | "NotResource" | "NotPrincipal"): boolean {
    return this.raw[element] !== undefined;
  }

  strings(element: string): string[] {
    return texts(this.raw[element], `${this.path}.${element}`);
  }

  /** Principals by kind; `Principal: "*"` is the AWS principal `*`. */
  get principals(): { kind: string; value: string }[] {
    const principal = this.raw.Principal;
    if (principal === undefined || principal === null) return [];
    if (typeof principal !== "object") {
      return texts(principal, `${this.path}.Principal`).map((value) => ({ kind: "AWS", value }));
    }
    return Object.entries(principal).flatMap(([kind, values]) =>
      texts(values, `${this.path}.Principal.${kind}`).map((value) => ({ kind, value })),
    );
  }

  /** Whether anybody at all is a principal. */
  get anyone(): boolean {
    return this.principals.some(({ kind, value }) => value === "*" && kind !== "Service");
  }

  get conditions(): Condition[] {
    const conditions = this.raw.Condition;
    if (isUnknown(conditions)) throw new Deferred(`${this.path}.Condition`);
    if (typeof conditions !== "object" || conditions === null) return [];
    return Object.entries(conditions).flatMap(([operator, keys]) => {
      if (isUnknown(keys)) throw new Deferred(`${this.path}.Condition.${operator}`);
      return Object.entries((keys ?? {}) as Record<string, unknown>).map(([key, values]) => ({
        operator: operator.toLowerCase(),
        key: key.toLowerCase(),
        values: texts(values, `${this.path}.Condition.${operator}.${key}`),
      }));
    });
  }

  /**
   * Whether a condition narrows who is meant down to known accounts, organizations, networks or resources: an equality
   * or match on such a key whose values are not themselves "anything".
   */
  get narrowed(): boolean {
    return this.conditions.some(
      ({ operator, key, values }) =>
        narrowingKeys.has(key) &&
        /^(foranyvalue:|forallvalues:)?(string(equals|like|equalsignorecase)|arn(equals|like)|ipaddress)$/.test(
          operator,
        ) &&
        !operator.startsWith("forallvalues:") &&
        values.length > 0 &&
        values.every((value) => !/^(\*|0\.0\.0\.0\/0|::\/0|arn:\*.*|arn:aws:[a-z0-9-]*:\*:\*:\*)$/.test(value)),
    );
  }
}

/** Condition keys that say which caller is meant. */
const narrowingKeys = new Set([
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceowner",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:userid",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:sourceip",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "sns:endpoint",
]);

const parsed = new Map<string, unknown>();
const parsedLimit = 2000;

/**
 * The statements of the policy document at `path`, given as text or object; empty when absent, undefined when the text
 * is no JSON object.
 * @throws Deferred when the document as a whole is not known yet
 */
export function statements(resource: Resource, path: string): Statement[] | undefined {
  return statementsOf(resource.value(path), path);
}

/** The statements of a document that has been read already. */
export function statementsOf(document: unknown, path: string): Statement[] | undefined {
  if (document === undefined || document === "") return [];
  const object = typeof document === "string" ? parse(document) : document;
  if (typeof object !== "object" || object === null) return undefined;
  const list = (object as Record<string, unknown>).Statement ?? [];
  if (isUnknown(list)) throw new Deferred(`${path}.Statement`);
  return (Array.isArray(list) ? list : [list]).map((raw, index) => {
    if (isUnknown(raw)) throw new Deferred(`${path}.Statement.${index}`);
    return new Statement(raw ?? {}, `Statement ${index + 1}`);
  });
}

function parse(text: string): unknown {
  if (parsed.has(text)) return parsed.get(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (parsed.size >= parsedLimit) parsed.clear();
  parsed.set(text, value);
  return value;
}

function texts(value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((one) => {
    if (isUnknown(one)) throw new Deferred(path);
    return String(one);
  });
}

/** Whether a pattern with `*` and `?`, as IAM writes actions and ARNs, matches a text. */
export function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${expression}$`).test(text);
}

/** Where identity policies stand: the type, and the paths of its documents. */
export const identityPolicyTypes = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/role:Role",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
] as const;

/** The documents of an identity policy resource, or of a role's inline policies, with a name for messages. */
export function identityDocuments(resource: Resource): { label: string; path: string }[] {
  if (resource.type !== "aws:iam/role:Role") return [{ label: "policy", path: "policy" }];
  return resource
    .list("inlinePolicies")
    .map((_, index) => ({ label: `inlinePolicies[${index}]`, path: `inlinePolicies.${index}.policy` }));
}

/**
 * Calls `decide` for every statement that an identity policy resource allows something by; unknown parts are left to
 * `attempt`.
 */
export function eachAllowed(
  resource: Resource,
  { attempt }: Context,
  decide: (statement: Statement, label: string) => void,
): void {
  attempt(() => {
    for (const { label, path } of identityDocuments(resource)) {
      attempt(() => {
        for (const statement of statements(resource, path) ?? []) {
          attempt(() => {
            if (statement.allows) decide(statement, `${label}, ${statement.sid}`);
          });
        }
      });
    }
  });
}

/** The accounts that a program counts as its own: those configured, and those its provider is restricted to. */
export function ownAccounts(resource: Resource, trusted: string[]): string[] {
  const ids = resource.providerSetting("allowedAccountIds");
  return [...trusted, ...(Array.isArray(ids) ? ids.map(String) : [])];
}

/** The account that an AWS principal belongs to, undefined for anything else. */
export function accountOf({ kind, value }: { kind: string; value: string }): string | undefined {
  if (kind !== "AWS") return undefined;
  const account = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/.exec(value)?.[1] ?? value;
  return /^\d{12}$/.test(account) ? account : undefined;
}

/** The parameter of rules that tell a program's own accounts from others. */
export const trustedAccounts: Parameter = {
  type: "array",
  items: { type: "string" },
  description: "Account ids whose principals need no condition, besides the provider's allowedAccountIds.",
  default: [],
};
