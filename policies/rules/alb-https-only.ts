import type { ResourceRule } from "../rule";

export const albHttpsOnly: ResourceRule = {
  id: "alb-https-only",
  title: "Listeners speak TLS or send elsewhere",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:lb/listener:Listener", "aws:alb/listener:Listener"],
  controls: { fsbp: ["ELB.1"], wellArchitected: ["SEC09-BP02"] },
  remediation: "Give the listener protocol HTTPS and a certificate, or a default action that redirects to HTTPS.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html",
  check(listener, { fail }) {
    const protocol = listener.text("protocol");
    // TCP and its like belong to network load balancers, where the target may end TLS.
    if (protocol !== "HTTP") return;
    const redirects = listener
      .list("defaultActions")
      .every((_, index) => listener.text(`defaultActions.${index}.redirect.protocol`) === "HTTPS");
    if (!redirects || listener.list("defaultActions").length === 0)
      fail("protocol is HTTP, and not every request is redirected to HTTPS.");
  },
};
