import { statements } from "./policy-document";
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
