import { matches, statements, type Statement } from "./policy-document";
import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

export const keyType = ["aws:kms/key:Key"] as const;

/**
 * Whether a key's policy lets a service in. A service needs a statement of its own: the account's administration does
 * not stand for it.
 * @throws Deferred when the policy is not known yet
 */
export function keyAdmits(stack: StackIndex, key: Resource, service: string): boolean {
  const policies = stack.referrers(key, ["aws:kms/keyPolicy:KeyPolicy"], "keyId").found;
  return (policies.length > 0 ? policies : [key]).some((holder) =>
    (statements(holder, "policy") ?? []).some((statement) => admits(statement, service)),
  );
}

function admits(statement: Statement, service: string): boolean {
  return (
    statement.allows &&
    statement.principals.some(({ kind, value }) => kind === "Service" && value === service) &&
    statement.actions.some((action) => matches(action, "kms:generatedatakey") || matches(action, "kms:decrypt"))
  );
}
