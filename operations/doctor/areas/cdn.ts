import { lookup } from "node:dns/promises";
import {
  CloudFrontClient,
  type DefaultCacheBehavior,
  type Distribution,
  GetCachePolicyCommand,
  GetDistributionCommand,
  GetVpcOriginCommand,
} from "@aws-sdk/client-cloudfront";
import { DescribeEnvironmentsCommand, ElasticBeanstalkClient } from "@aws-sdk/client-elastic-beanstalk";
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES } from "../../../catalog/cloudfront";
import { type Check, ok, once, unknown, wrong } from "../finding";
import { type Answer, fromCdn, request, requestPatiently } from "../http";
import type { World } from "../world";

const RUNBOOK = "problem-cdn.md";

/** The CDN: deployed, in front of this environment, and treating each path as it should. */
export function cdn({ environment, outputs, aws }: World): Check[] {
  const { regions, url, application, cdn: expected } = outputs;
  const id = expected.distributionId;
  const cloudfront = aws.client(CloudFrontClient, regions.edge);
  const distribution = once(async (): Promise<Distribution | undefined> => {
    return (await cloudfront.send(new GetDistributionCommand({ Id: id }))).Distribution;
  });
  const about = (name: string, look: Check["look"], subject = id): Check => ({ name, subject, runbook: RUNBOOK, look });
  const drift = `./prism drift ${environment} names the change, ./prism up ${environment} undoes it`;
  const why = `./prism doctor ${environment} --why cdn`;

  return [
    about(
      "name",
      async () => {
        const host = new URL(url).hostname;
        try {
          const { address } = await lookup(host);
          return ok(`leads to ${address}`);
        } catch (error) {
          const { code = "no answer" } = error as { code?: string };
          return wrong(`its name does not resolve (${code})`, `the domain's records: ${drift}`);
        }
      },
      new URL(url).hostname,
    ),
    about("deployed", async () => {
      const { Status, LastModifiedTime: since, DistributionConfig: config } = (await distribution()) ?? {};
      if (config?.Enabled === false) return wrong("is switched off", drift, { since });
      if (Status === "Deployed") return ok("deployed and enabled", since);
      return wrong(
        `a change is under way (${Status ?? "unknown"})`,
        "it takes up to half an hour; AWS support after that",
        {
          since,
        },
      );
    }),
    about("origin", async () => {
      const config = (await distribution())?.DistributionConfig;
      const target = config?.DefaultCacheBehavior?.TargetOriginId;
      const origin = config?.Origins?.Items?.find(({ Id }) => Id === target);
      if (!origin) return wrong("has no origin for its default behavior", drift);
      const { Environments = [] } = await aws
        .client(ElasticBeanstalkClient, regions.home)
        .send(
          new DescribeEnvironmentsCommand({ EnvironmentNames: [application.environmentName], IncludeDeleted: false }),
        );
      const [{ EndpointURL: endpoint, CNAME: cname } = {}] = Environments;
      const hosts = [endpoint, cname].flatMap((host) => host?.toLowerCase() ?? []);
      if (hosts.length === 0) return wrong("its environment does not exist", `./prism up ${environment}`);
      if (!hosts.includes(origin.DomainName?.toLowerCase() ?? "")) {
        return wrong(`sends requests to ${origin.DomainName}, the environment is at ${hosts[0]}`, drift);
      }
      const vpcOriginId = origin.VpcOriginConfig?.VpcOriginId;
      if (!vpcOriginId) return ok(`sends requests to ${origin.DomainName}`);
      const { VpcOrigin } = await cloudfront.send(new GetVpcOriginCommand({ Id: vpcOriginId }));
      const arn = VpcOrigin?.VpcOriginEndpointConfig?.Arn;
      if (arn !== application.loadBalancerArn) {
        return wrong(`its VPC origin leads to ${arn}, the load balancer is ${application.loadBalancerArn}`, drift);
      }
      if (VpcOrigin?.Status === "Deployed") return ok(`sends requests to ${origin.DomainName}, inside the network`);
      return wrong(
        `its VPC origin is ${VpcOrigin?.Status ?? "unknown"}`,
        "it takes some minutes; AWS support after that",
        {
          since: VpcOrigin?.LastModifiedTime,
        },
      );
    }),
    about(
      "firewall",
      async () => {
        const { WebACLId } = (await distribution())?.DistributionConfig ?? {};
        if (WebACLId !== outputs.firewall.webAclArn) {
          return wrong(`its firewall is ${WebACLId || "none"}, not ${outputs.firewall.webAclArn}`, drift);
        }
        const answer = await requestPatiently(`${url}/health/live`);
        if (answer.status === 403 && fromCdn(answer)) {
          return wrong("the firewall blocks this machine's requests", "see which rule: firewall-blocked-requests.md", {
            runbook: "firewall-blocked-requests.md",
          });
        }
        return ok("stands before the CDN and lets this machine through");
      },
      id,
    ),
    about(
      "redirect",
      async () => {
        const address = new URL(url);
        address.protocol = "http:";
        const answer = await requestPatiently(address);
        if (answer.status === undefined) return wrong(`plain HTTP does not answer: ${answer.reason}`, why);
        const location = answer.headers.get("location") ?? "";
        if (answer.status >= 301 && answer.status <= 308 && location.startsWith("https://")) {
          return ok("plain HTTP is redirected to HTTPS");
        }
        return wrong(`plain HTTP is answered with status ${answer.status} and not redirected to HTTPS`, drift);
      },
      url.replace("https:", "http:"),
    ),
    about(
      "static-cached",
      async () => {
        const behavior = (await distribution())?.DistributionConfig?.CacheBehaviors?.Items?.find(
          ({ PathPattern }) => PathPattern === "/static/*",
        );
        if (!behavior) return wrong("has no behavior of its own for /static/*", drift);
        const keeps = await keepsAnswers(cloudfront, behavior.CachePolicyId);
        if (!keeps) return wrong("its policy for /static/* caches nothing", drift);
        const file = staticFileIn(await requestPatiently(url));
        if (!file) {
          return unknown(
            "its behavior for /static/* caches; no file there is known to try it with",
            `name one on the page at ${url}`,
          );
        }
        await request(new URL(file, url));
        const again = await request(new URL(file, url));
        if (again.status === undefined) return wrong(`${file} does not answer: ${again.reason}`, why);
        if (again.status !== 200) return wrong(`${file} is answered with status ${again.status}`, why);
        const cached = /^(Refresh)?Hit from cloudfront/i.test(again.headers.get("x-cache") ?? "");
        if (cached) return ok(`${file} comes from the cache, ${again.headers.get("age") ?? 0} s old`);
        return wrong(`${file} is not kept: x-cache says "${again.headers.get("x-cache") ?? ""}"`, drift);
      },
      `${url}/static/*`,
    ),
    about(
      "pages-uncached",
      async () => {
        const behavior = (await distribution())?.DistributionConfig?.DefaultCacheBehavior;
        const faults = faultsOfPages(behavior);
        if (faults.length > 0) return wrong(faults.join("; "), drift);
        await request(url);
        const again = await request(url);
        if (again.status === undefined) return wrong(`does not answer: ${again.reason}`, why);
        if (/^(Refresh)?Hit from cloudfront/i.test(again.headers.get("x-cache") ?? "")) {
          return wrong("pages come from the cache: one person may see another's", drift);
        }
        return ok("pages are not cached, and cookies reach the application");
      },
      url,
    ),
  ];
}

/** Whether a cache policy keeps anything at all. */
async function keepsAnswers(cloudfront: CloudFrontClient, id: string | undefined): Promise<boolean> {
  if (!id || id === MANAGED_CACHE_POLICIES.cachingDisabled) return false;
  if (id === MANAGED_CACHE_POLICIES.cachingOptimized) return true;
  const { CachePolicy } = await cloudfront.send(new GetCachePolicyCommand({ Id: id }));
  return (CachePolicy?.CachePolicyConfig?.MaxTTL ?? 0) > 0;
}

function faultsOfPages(behavior: DefaultCacheBehavior | undefined): string[] {
  return [
    ...(behavior?.CachePolicyId === MANAGED_CACHE_POLICIES.cachingDisabled ? [] : ["pages are cached"]),
    ...(behavior?.OriginRequestPolicyId === MANAGED_ORIGIN_REQUEST_POLICIES.allViewer
      ? []
      : ["cookies and headers do not all reach the application"]),
    ...(behavior?.AllowedMethods?.Items?.includes("POST") ? [] : ["nothing can be uploaded: POST is not allowed"]),
  ];
}

/** The first file below /static that a page names. */
function staticFileIn(page: Answer): string | undefined {
  return page.status === 200 ? /\/static\/[\w./-]+\.\w+/.exec(page.body)?.[0] : undefined;
}
