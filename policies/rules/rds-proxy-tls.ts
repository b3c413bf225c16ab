import { isTrue, need } from "../read";
import type { ResourceRule } from "../rule";

export const rdsProxyTls: ResourceRule = {
  id: "rds-proxy-tls",
  title: "Database proxies accept TLS only and log no statements",
  family: "encryption",
  severity: "high",
  enforcement: "mandatory",
  scope: "resource",
  types: ["aws:rds/proxy:Proxy"],
  controls: { wellArchitected: ["SEC09-BP02", "SEC02-BP03"] },
  remediation: "Set requireTls to true, leave debugLogging out, and give auths a secretArn.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html",
  check(proxy, { fail, attempt }) {
    attempt(() => {
      if (!isTrue(proxy.value("requireTls"))) fail("requireTls is not true.");
    });
    attempt(() => {
      if (isTrue(proxy.value("debugLogging"))) fail("debugLogging is true, so statements with their data are logged.");
    });
    attempt(() => {
      for (const [index, auth] of proxy.list("auths").entries()) {
        attempt(() => {
          const scheme = String(need(auth, "authScheme") ?? "SECRETS");
          if (scheme !== "SECRETS") fail(`auths[${index}].authScheme is "${scheme}".`);
        });
      }
    });
  },
};
