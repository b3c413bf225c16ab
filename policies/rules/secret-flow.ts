import { beanstalkTypes } from "../beanstalk";
import { Deferred } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";
import {
  holdsUnknown,
  isSecretPlace,
  referenceTypes,
  secretIn,
  secretProperties,
  secretsOf,
  textsIn,
} from "../secret-material";
import type { StackIndex } from "../stack-index";

export const secretFlow: StackRule = {
  id: "secret-flow",
  title: "A secret's value stands nowhere but in a secret's place",
  family: "secrets",
  severity: "critical",
  enforcement: "mandatory",
  scope: "stack",
  types: "any",
  controls: { wellArchitected: ["SEC02-BP03"] },
  remediation:
    "Pass the secret's ARN and let whoever needs the value read it. Then change the secret: it counts as leaked.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
  check(resource, { fail, attempt, stack }) {
    // Their settings are for eb-secret-flow, which tells entries that take ARNs from others.
    if (beanstalkTypes.includes(resource.type as never)) return;
    const holders = stack.derive(holdersIn);
    if (holders.size === 0) return;
    const secrets = secretsOf(stack);
    for (const [property, value] of Object.entries(resource.properties)) {
      if (isSecretPlace(resource, property) || property === "tagsAll") continue;
      if (secrets.length > 0) {
        for (const { path, text } of textsIn(value, property)) {
          const secret = secretIn(text, secrets);
          // A name or address that a holder reports of itself is no leak.
          if (secret && secret.holder !== resource) fail(`${path} holds the secret of "${secret.holder.name}".`);
        }
      }
      if (!holdsUnknown(value)) continue;
      const from = resource.data.propertyDependencies?.[property] ?? [];
      for (const source of new Set(from.flatMap((urn) => holders.get(urn) ?? []))) {
        if (!referenceTypes.has(source.type)) {
          fail(`${property}, which is not known yet, comes from the secret "${source.name}".`);
        } else if (source !== resource) {
          attempt(() => {
            throw new Deferred(property);
          });
        }
      }
    }
  },
};

/** What makes or holds secrets, by URN. */
function holdersIn(stack: StackIndex): ReadonlyMap<string, Resource> {
  return new Map(stack.ofType(Object.keys(secretProperties)).map((holder) => [holder.urn, holder]));
}
