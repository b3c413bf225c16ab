import { isCurrentTlsPolicy } from "../tls";
import type { ResourceRule } from "../rule";

export const albTlsPolicy: ResourceRule = {
  id: "alb-tls-policy",
  title: "Listeners refuse TLS older than 1.2",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:lb/listener:Listener", "aws:alb/listener:Listener"],
  controls: { fsbp: ["ELB.17"], wellArchitected: ["SEC09-BP02"] },
  remediation: 'Set sslPolicy to "ELBSecurityPolicy-TLS13-1-2-2021-06" or another without TLS 1.0 and 1.1.',
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
  check(listener, { fail }) {
    const protocol = listener.text("protocol");
    if (protocol !== "HTTPS" && protocol !== "TLS") return;
    const policy = listener.text("sslPolicy");
    if (policy === undefined) fail("sslPolicy is not set, and AWS's default still takes TLS 1.0.");
    else if (!isCurrentTlsPolicy(policy)) fail(`sslPolicy is "${policy}".`);
  },
};
