import { statements } from "../policy-document";
import { Deferred, read } from "../read";
import type { Resource } from "../resource";
import type { ResourceRule } from "../rule";

const crossAccountKeys = new Set([
  "sts:externalid",
  "aws:principalorgid",
  "aws:principalarn",
  "aws:sourceaccount",
  "aws:sourcearn",
]);

export const iamTrustPolicyScoped: ResourceRule = {
  id: "iam-trust-policy-scoped",
  title: "Roles are assumed by named principals only",
  family: "identity",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:iam/role:Role"],
  controls: { wellArchitected: ["SEC03-BP07", "SEC03-BP09"] },
  remediation:
    "Name the service or role that assumes this role; require sts:ExternalId or aws:PrincipalOrgID of another account, and a subject of an identity provider.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
  parameters: {
    trustedAccounts: {
      type: "array",
      items: { type: "string" },
      description: "Account ids whose principals need no condition, besides the provider's allowedAccountIds.",
      default: [],
    },
  },
  check(role, { fail, attempt, parameter }) {
    const document = statements(role, "assumeRolePolicy");
    if (!document) return fail("assumeRolePolicy is not a JSON document.");
    for (const statement of document) {
      attempt(() => {
        if (!statement.allows) return;
        if (statement.has("NotPrincipal")) return fail(`${statement.sid} trusts everybody but a few (NotPrincipal).`);
        if (statement.anyone && !statement.narrowed) return fail(`${statement.sid} trusts any principal.`);
        const keys = statement.conditions.map((condition) => condition.key);
        for (const { kind, value } of statement.principals) {
          attempt(() => {
            if (kind === "Federated" && /oidc-provider\//.test(value) && !keys.some((key) => key.endsWith(":sub"))) {
              fail(`${statement.sid} trusts every subject of an identity provider.`);
            }
            const account = kind === "AWS" ? (/^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/.exec(value)?.[1] ?? value) : "";
            if (!/^\d{12}$/.test(account) || keys.some((key) => crossAccountKeys.has(key))) return;
            const own = ownAccounts(role, parameter<string[]>("trustedAccounts"));
            if (own.length === 0) throw new Deferred("the program's own account");
            if (!own.includes(account)) fail(`${statement.sid} trusts the account ${account} without a condition.`);
          });
        }
      });
    }
  },
};

/** The accounts that need no condition: those configured, and those the provider is restricted to. */
function ownAccounts(role: Resource, trusted: string[]): string[] {
  const reading = read(role.data.provider, "allowedAccountIds");
  if (reading.state !== "known") return trusted;
  // A provider's lists arrive as JSON text.
  const ids: unknown = typeof reading.value === "string" ? JSON.parse(reading.value) : reading.value;
  return [...trusted, ...(Array.isArray(ids) ? ids.map(String) : [])];
}
