import { accountOf, ownAccounts, statements, trustedAccounts } from "../policy-document";
import { Deferred } from "../read";
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
  parameters: { trustedAccounts },
  check(role, { fail, attempt, parameter }) {
    const document = statements(role, "assumeRolePolicy");
    if (!document) return fail("assumeRolePolicy is not a JSON document.");
    for (const statement of document) {
      attempt(() => {
        if (!statement.allows) return;
        if (statement.has("NotPrincipal")) return fail(`${statement.sid} trusts everybody but a few (NotPrincipal).`);
        if (statement.anyone && !statement.narrowed) return fail(`${statement.sid} trusts any principal.`);
        const { conditions } = statement;
        const keys = conditions.map((condition) => condition.key);
        for (const principal of statement.principals) {
          attempt(() => {
            const { kind, value } = principal;
            if (kind === "Federated" && /oidc-provider\//.test(value)) {
              const subjects = conditions.filter(({ key }) => key.endsWith(":sub"));
              const anybody = subjects.some(({ values }) => values.some((subject) => /^[^:]*:?\*/.test(subject)));
              if (subjects.length === 0 || anybody)
                fail(`${statement.sid} trusts every subject of an identity provider.`);
            }
            const account = accountOf(principal);
            if (account === undefined || keys.some((key) => crossAccountKeys.has(key))) return;
            const own = ownAccounts(role, parameter<string[]>("trustedAccounts"));
            if (own.length === 0) throw new Deferred("the program's own account");
            if (!own.includes(account)) fail(`${statement.sid} trusts the account ${account} without a condition.`);
          });
        }
      });
    }
  },
};
