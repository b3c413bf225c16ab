import { isFalse } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";

/** Managed policies of CloudFront's that send Strict-Transport-Security. */
const managed = new Set([
  "67f7725c-6f97-4210-82d7-5512b31e9d03", // SecurityHeadersPolicy
  "e61eb60c-9c35-4d20-a928-2b84e02af89c", // CORS-and-SecurityHeadersPolicy
  "eaab4381-ed33-4a86-88ca-d9558dc6cd63", // CORS-with-preflight-and-SecurityHeadersPolicy
]);
const policyType = ["aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"];
const yearInSeconds = 31_536_000;

export const cloudfrontSecurityHeaders: StackRule = {
  id: "cloudfront-security-headers",
  title: "Answers tell browsers to stay on HTTPS and guess no types",
  family: "encryption",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:cloudfront/distribution:Distribution", ...policyType],
  controls: { wellArchitected: ["SEC09-BP02"] },
  remediation:
    "Give every behavior a responseHeadersPolicyId whose policy has strictTransportSecurity of a year or more, contentTypeOptions and frameOptions.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html",
  check(resource, { fail, attempt, stack }) {
    if (policyType.includes(resource.type)) return judgePolicy(resource, fail, attempt);
    const behaviors = [
      ["defaultCacheBehavior", "defaultCacheBehavior"] as const,
      ...resource
        .list("orderedCacheBehaviors")
        .map((_, i) => ["orderedCacheBehaviors", `orderedCacheBehaviors.${i}`] as const),
    ];
    for (const [property, path] of behaviors) {
      attempt(() => {
        const id = resource.read(`${path}.responseHeadersPolicyId`);
        if (id.state === "absent") return fail(`${path}.responseHeadersPolicyId is not set.`);
        if (id.state === "known" && managed.has(String(id.value))) return;
        const { resources, unknown } = stack.target(resource, property, policyType, `${path}.responseHeadersPolicyId`);
        if (resources.length === 0 && !unknown)
          fail(`${path} has a headers policy that is neither here nor known for HSTS.`);
      });
    }
  },
};

function judgePolicy(policy: Resource, fail: (message: string) => void, attempt: (decision: () => void) => void): void {
  const at = "securityHeadersConfig";
  attempt(() => {
    const seconds = Number(policy.value(`${at}.strictTransportSecurity.accessControlMaxAgeSec`) ?? 0);
    if (seconds < yearInSeconds) fail(`strictTransportSecurity lasts ${seconds} seconds, less than a year.`);
  });
  attempt(() => {
    if (isFalse(policy.value(`${at}.strictTransportSecurity.override`))) {
      fail("strictTransportSecurity.override is false, so the application can take it back.");
    }
  });
  for (const header of ["contentTypeOptions", "frameOptions"]) {
    attempt(() => {
      if (policy.value(`${at}.${header}`) === undefined) fail(`${header} is not set.`);
    });
  }
}
