import { isTrue } from "../read";
import type { ResourceRule } from "../rule";

export const elasticacheUserPasswords: ResourceRule = {
  id: "elasticache-user-passwords",
  title: "Users of a cache have a password, or may do nothing",
  family: "identity",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:elasticache/user:User"],
  controls: { fsbp: ["ElastiCache.6"], wellArchitected: ["SEC02-BP01", "SEC03-BP02"] },
  remediation: 'Give the user passwords or IAM authentication, or the access string "off -@all".',
  url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
  check(user, { fail, attempt }) {
    const access = (user.text("accessString") ?? "").split(/\s+/);
    if (!access.includes("on")) return;
    attempt(() => {
      const mode = user.text("authenticationMode.type");
      if (mode === "no-password-required" || isTrue(user.value("noPasswordRequired"))) {
        fail("The user is on and needs no password.");
      }
    });
    if (access.includes("+@all") && !access.some((token) => /^-@(dangerous|admin)$/.test(token))) {
      fail("accessString allows every command, those that end the server or read its configuration among them.");
    }
  },
};
