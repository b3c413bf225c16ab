import { statements } from "../policy-document";
import type { ResourceRule } from "../rule";

export const vpcEndpointPolicyScoped: ResourceRule = {
  id: "vpc-endpoint-policy-scoped",
  title: "Endpoints carry no data to other people's accounts",
  family: "network",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"],
  controls: { wellArchitected: ["SEC05-BP02", "SEC03-BP05"] },
  remediation:
    "Give the endpoint a policy that names resources, or that asks for aws:PrincipalAccount and aws:ResourceAccount.",
  url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
  check(endpoint, { fail, attempt }) {
    const document = statements(endpoint, "policy");
    if (!document) return fail("The policy is not a JSON document.");
    // Through an interface endpoint only services answer that a caller has permission for; a bucket can be anybody's.
    const gateway = (endpoint.text("vpcEndpointType") ?? "Gateway") === "Gateway";
    if (document.length === 0) {
      if (gateway) fail("policy is not set, so any bucket or table is reached.");
      return;
    }
    for (const statement of document) {
      attempt(() => {
        const anything = statement.resources.some((one) => /^(\*|arn:aws[a-z-]*:[a-z0-9]+:{3}\*(\/\*)?)$/.test(one));
        const anyAction = statement.actions.some((action) => /\*$/.test(action));
        const toOwnResources = statement.conditions.some(({ key }) => /^aws:resource(account|orgid)$/.test(key));
        if (statement.allows && anything && anyAction && !statement.narrowed && !toOwnResources) {
          fail(`${statement.sid} lets everything through to every resource of every account.`);
        }
      });
    }
  },
};
