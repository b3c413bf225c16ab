import { need, read, Deferred } from "../read";
import { statements } from "../policy-document";
import type { Resource } from "../resource";
import type { Context, StackContext, StackRule } from "../rule";

const balancerTypes = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const listenerTypes = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const listenerRuleTypes = ["aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule"];
const environmentType = ["aws:elasticbeanstalk/environment:Environment"];

export const cdnOriginBypass: StackRule = {
  id: "cdn-origin-bypass",
  title: "Nobody walks around the distribution and its firewall",
  family: "public-access",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:cloudfront/distribution:Distribution", "aws:s3/bucketPolicy:BucketPolicy"],
  controls: { wellArchitected: ["SEC05-BP01", "SEC05-BP03"] },
  remediation:
    "Make the load balancer internal and reach it through a VPC origin; or send a secret header that a listener rule asks for, with a default action that refuses.",
  url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html",
  check(resource, context) {
    if (resource.type === "aws:s3/bucketPolicy:BucketPolicy") return judgeBucket(resource, context);
    for (const [index, origin] of resource.list("origins").entries()) {
      context.attempt(() => judgeOrigin(resource, origin, `origins.${index}`, context));
    }
  },
};

function judgeOrigin(distribution: Resource, origin: unknown, path: string, { fail, stack }: StackContext): void {
  if (read(origin, "vpcOriginConfig").state !== "absent" || read(origin, "customOriginConfig").state === "absent")
    return;
  const types = [...balancerTypes, ...environmentType];
  const { resources, unknown } = stack.target(distribution, "origins", types, `${path}.domainName`);
  if (unknown) throw new Deferred(`${path}.domainName`);
  for (const target of resources) {
    if (environmentType.includes(target.type)) {
      fail(`${path} is the public load balancer of "${target.name}", which can ask for no secret header.`);
    } else if (!asksForHeader(target, origin, stack)) {
      fail(`${path} is the load balancer "${target.name}", which answers without a secret header as well.`);
    }
  }
}

/** Whether every listener of a load balancer refuses what does not carry a header that the origin is sent. */
function asksForHeader(balancer: Resource, origin: unknown, stack: StackContext["stack"]): boolean {
  const sent = (need(origin, "customHeaders") as unknown[] | undefined) ?? [];
  const names = sent.map((header) => String(need(header, "name")).toLowerCase());
  const listeners = stack.referrers(balancer, listenerTypes, "loadBalancerArn").found;
  return (
    names.length > 0 &&
    listeners.length > 0 &&
    listeners.every(
      (listener) =>
        listener.text("defaultActions.0.type") === "fixed-response" &&
        stack
          .referrers(listener, listenerRuleTypes, "listenerArn")
          .found.every((rule) =>
            rule
              .list("conditions")
              .some((condition) =>
                names.includes(String(need(condition, "httpHeader.httpHeaderName") ?? "").toLowerCase()),
              ),
          ),
    )
  );
}

/** A bucket that all of CloudFront may read can be put behind anybody's distribution. */
function judgeBucket(policy: Resource, { fail, attempt }: Context): void {
  for (const statement of statements(policy, "policy") ?? []) {
    attempt(() => {
      const cdn = statement.principals.some(
        ({ kind, value }) => kind === "Service" && value === "cloudfront.amazonaws.com",
      );
      if (statement.allows && cdn && !statement.narrowed) {
        fail(`${statement.sid} lets in every distribution of every account: it has no condition on aws:SourceArn.`);
      }
    });
  }
}
