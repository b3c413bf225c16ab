import { beanstalkTypes, option, optionSettings } from "../beanstalk";
import { isFalse } from "../read";
import type { Resource } from "../resource";
import { isCurrentTlsPolicy } from "../tls";
import type { Context, ResourceRule } from "../rule";

const prefix = "aws:elbv2:listener:";

export const ebListenerTls: ResourceRule = {
  id: "eb-listener-tls",
  title: "Beanstalk's load balancer speaks TLS to the world",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: beanstalkTypes,
  controls: { fsbp: ["ELB.1", "ELB.17"], wellArchitected: ["SEC09-BP02"] },
  remediation:
    'Set ELBScheme to "internal"; or turn aws:elbv2:listener:default off, and give aws:elbv2:listener:443 Protocol HTTPS, SSLCertificateArns and an SSLPolicy of TLS 1.2.',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-alb.html",
  check(environment, context) {
    const { fail, attempt } = context;
    for (const listener of listeners(environment)) attempt(() => judgeTls(environment, listener, context));
    if (!isPublic(environment)) return;
    // On until it is turned off.
    const on = !isFalse(option(environment, `${prefix}default`, "ListenerEnabled"));
    const protocol = option(environment, `${prefix}default`, "Protocol") ?? "HTTP";
    if (on && protocol !== "HTTPS") fail("The default listener answers the whole world over plain HTTP.");
    const speaksTls = [...listeners(environment), "default"].some(
      (listener) => option(environment, prefix + listener, "Protocol") === "HTTPS",
    );
    if (!speaksTls) fail("No listener speaks HTTPS.");
  },
};

/** Ports of the listeners that are configured and not turned off. */
function listeners(environment: Resource): string[] {
  const namespaces = optionSettings(environment).map(({ namespace }) => namespace);
  const ports = [...new Set(namespaces)].flatMap((one) =>
    /^aws:elbv2:listener:\d+$/.test(one) ? [one.slice(prefix.length)] : [],
  );
  return ports.filter((port) => !isFalse(option(environment, prefix + port, "ListenerEnabled")));
}

function judgeTls(environment: Resource, port: string, { fail }: Context): void {
  const protocol = option(environment, prefix + port, "Protocol") ?? "HTTP";
  if (protocol !== "HTTPS") {
    if (isPublic(environment)) fail(`The listener on port ${port} speaks ${protocol}.`);
    return;
  }
  const policy = option(environment, prefix + port, "SSLPolicy");
  if (policy === undefined) fail(`The listener on port ${port} has no SSLPolicy, and the default takes TLS 1.0.`);
  else if (!isCurrentTlsPolicy(policy)) fail(`The listener on port ${port} has the SSLPolicy "${policy}".`);
  const certificate = optionSettings(environment).some(
    ({ namespace, name }) => namespace === prefix + port && name === "SSLCertificateArns",
  );
  if (!certificate) fail(`The listener on port ${port} has no SSLCertificateArns.`);
}

/** Whether the environment has a load balancer that the internet reaches. @throws Deferred */
function isPublic(environment: Resource): boolean {
  const type = option(environment, "aws:elasticbeanstalk:environment", "EnvironmentType") ?? "LoadBalanced";
  if (type === "SingleInstance" || environment.text("tier") === "Worker") return false;
  return (option(environment, "aws:ec2:vpc", "ELBScheme") ?? "public") !== "internal";
}
