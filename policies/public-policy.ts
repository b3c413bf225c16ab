import { accountOf, ownAccounts, statements } from "./policy-document";
import { Deferred } from "./read";
import type { Resource } from "./resource";
import type { Context } from "./rule";

/** Fails for every statement of a resource's `policy` that lets in everybody without narrowing it down. */
export function failIfPublic(resource: Resource, { fail, attempt }: Context): void {
  const document = statements(resource, "policy");
  if (!document) return fail("The policy is not a JSON document, so nobody can tell whom it lets in.");
  for (const statement of document) {
    attempt(() => {
      if (!statement.allows) return;
      if (statement.has("NotPrincipal")) return fail(`${statement.sid} allows everybody but a few (NotPrincipal).`);
      if (statement.anyone && !statement.narrowed) {
        fail(`${statement.sid} allows any principal without a condition that narrows it down.`);
      }
    });
  }
}

/**
 * Fails for every statement of a resource's `policy` that lets in another account without a condition that narrows it
 * down. The rule declares the parameter `trustedAccounts`.
 */
export function failIfForeign(resource: Resource, { fail, attempt, parameter }: Context): void {
  const own = ownAccounts(resource, parameter<string[]>("trustedAccounts"));
  for (const statement of statements(resource, "policy") ?? []) {
    attempt(() => {
      if (!statement.allows || statement.narrowed) return;
      for (const account of new Set(statement.principals.map(accountOf))) {
        if (account === undefined || own.includes(account)) continue;
        if (own.length === 0) throw new Deferred("the program's own account");
        fail(`${statement.sid} lets in the account ${account}.`);
      }
    });
  }
}
