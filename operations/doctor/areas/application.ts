import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentResourcesCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  ElasticBeanstalkClient,
  type EnvironmentDescription,
} from "@aws-sdk/client-elastic-beanstalk";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsFailure } from "../../aws";
import { type Check, type Finding, ok, once, unknown, wrong } from "../finding";
import { fromCdn, requestPatiently } from "../http";
import { operatorToken } from "../operator-token";
import type { World } from "../world";

/** Parts that the application's `/health` tells of, and the page about each. */
const PARTS = {
  database: "problem-database.md",
  redis: "problem-sessions.md",
  s3: "high-5xx-errors.md",
  bedrock: "bedrock-throttling.md",
} as const;

/** The application: Green, on one version, taking traffic, and with everything that it stands on. */
export function application(world: World): Check[] {
  const { environment, outputs, aws } = world;
  const { regions, network, url, application: expected } = outputs;
  const name = expected.environmentName;
  const beanstalk = aws.client(ElasticBeanstalkClient, regions.home);
  const described = once(async (): Promise<EnvironmentDescription> => {
    const { Environments = [] } = await beanstalk.send(
      new DescribeEnvironmentsCommand({ EnvironmentNames: [name], IncludeDeleted: false }),
    );
    return Environments[0] ?? { Status: "Terminated" };
  });
  const gone = (): Finding => wrong("does not exist in AWS", `./prism up ${environment} makes it again`);
  const about = (check: string, runbook: string, look: Check["look"], subject = name): Check => ({
    name: check,
    subject,
    runbook,
    look,
  });
  const health = once(() => askHealth(world));

  return [
    about("green", "unhealthy-instances.md", async () => {
      const { Status, Health, HealthStatus, AbortableOperationInProgress, DateUpdated } = await described();
      if (Status === "Terminated" || Status === "Terminating") return gone();
      const since = await lastTransition(beanstalk, name);
      if (Status !== "Ready") {
        return wrong(
          `is ${Status?.toLowerCase() ?? "in an unknown state"}: a deployment or an update is under way`,
          AbortableOperationInProgress
            ? `wait for it, or stop it: ./prism release ${environment} --abort`
            : "wait for it; its events say how far it is",
          { since: DateUpdated, runbook: "unhealthy-instances.md" },
        );
      }
      if (Health === "Green") return ok("Ready and Green", since);
      const causes = await causesOf(beanstalk, name);
      return wrong(
        [`is ${Health ?? "Grey"} (${HealthStatus ?? "no data"})`, ...causes].join("; "),
        `aws elasticbeanstalk describe-instances-health --environment-name ${name} --attribute-names All names the instances`,
        { since },
      );
    }),
    about("version", "high-5xx-errors.md", async () => {
      const { VersionLabel: label, Status } = await described();
      if (Status === "Terminated") return gone();
      if (!label) return wrong("runs no version of the application", `./prism release ${environment} <version>`);
      const { InstanceHealthList = [] } = await beanstalk.send(
        new DescribeInstancesHealthCommand({ EnvironmentName: name, AttributeNames: ["Deployment"] }),
      );
      const others = InstanceHealthList.filter(
        ({ Deployment }) => Deployment?.VersionLabel !== label || Deployment.Status !== "Deployed",
      );
      const origin = label === expected.initialVersionLabel ? "the version it came up with" : "a release";
      if (InstanceHealthList.length === 0) return wrong("has no instance", "its events say why");
      if (others.length === 0) return ok(`every instance runs ${label}, ${origin}`);
      const list = others.map(
        ({ InstanceId, Deployment }) =>
          `${InstanceId} ${Deployment?.VersionLabel ?? "no version"} (${Deployment?.Status ?? "unknown"})`,
      );
      return wrong(
        `the environment is on ${label}, these instances are not: ${list.join(", ")}`,
        `deploy it again: ./prism release ${environment} ${label} --again`,
        { since: earliest(others.map(({ Deployment }) => Deployment?.DeploymentTime)) },
      );
    }),
    about(
      "targets",
      "unhealthy-instances.md",
      async () => {
        const balancer = aws.client(ElasticLoadBalancingV2Client, regions.home);
        const { TargetGroups = [] } = await balancer.send(
          new DescribeTargetGroupsCommand({ LoadBalancerArn: expected.loadBalancerArn }),
        );
        const states = await Promise.all(
          TargetGroups.map(({ TargetGroupArn }) => balancer.send(new DescribeTargetHealthCommand({ TargetGroupArn }))),
        );
        const targets = states.flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions);
        const sick = targets.filter(
          ({ TargetHealth }) => !["healthy", "initial", "draining"].includes(TargetHealth?.State ?? ""),
        );
        const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
        if (sick.length === 0 && healthy.length > 0) return ok(`${healthy.length} instances take traffic`);
        const list = sick.map(
          ({ Target, TargetHealth }) => `${Target?.Id} ${TargetHealth?.Reason ?? TargetHealth?.State}`,
        );
        return wrong(
          [`${healthy.length} of ${targets.length} instances take traffic`, ...list].join("; "),
          "Beanstalk replaces instances that stay unhealthy; when it does not end: the last lines of their logs",
        );
      },
      expected.loadBalancerArn.split("loadbalancer/")[1],
    ),
    about("instances", "problem-database.md", async () => {
      const { EnvironmentResources } = await beanstalk.send(
        new DescribeEnvironmentResourcesCommand({ EnvironmentName: name }),
      );
      const ids = (EnvironmentResources?.Instances ?? []).flatMap(({ Id }) => Id ?? []);
      if (ids.length === 0) return wrong("has no instance", "its events say why");
      const { Reservations = [] } = await aws
        .client(EC2Client, regions.home)
        .send(new DescribeInstancesCommand({ InstanceIds: ids }));
      const group = network.securityGroupIds.instances!;
      const outside = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
        ({ SecurityGroups = [] }) => !SecurityGroups.some(({ GroupId }) => GroupId === group),
      );
      if (outside.length === 0) return ok(`its ${ids.length} instances have the group that database and Redis let in`);
      return wrong(
        `${outside.map(({ InstanceId }) => InstanceId).join(", ")} lack the security group ${group}, so that database and Redis keep them out`,
        `./prism drift ${environment} names the changed setting, ./prism up ${environment} undoes it`,
      );
    }),
    about(
      "answers",
      "problem-cdn.md",
      async () => {
        const answer = await requestPatiently(`${url}/health/live`);
        if (answer.status === 200) return ok("answers through the CDN");
        if (answer.status === undefined) {
          return wrong(`does not answer: ${answer.reason}`, `./prism doctor ${environment} --why cdn`);
        }
        const who = fromCdn(answer) ? "the CDN" : "the application";
        return wrong(`${who} answers with status ${answer.status}`, `./prism doctor ${environment} --why cdn`);
      },
      `${url}/health/live`,
    ),
    ...Object.entries(PARTS).map(([part, runbook]) =>
      about(
        `health-${part}`,
        runbook,
        async () => judgePart(part, await health(), environment),
        `${url}/health, ${part}`,
      ),
    ),
  ];
}

/** What `/health` says of each part, or the finding that stands for all of them. */
type Health = { readonly parts: Readonly<Record<string, string>> } | { readonly instead: Finding };

async function askHealth({ outputs, aws, environment }: World): Promise<Health> {
  const token = await operatorToken(aws, outputs);
  const answer = await requestPatiently(`${outputs.url}/health`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status === undefined) {
    return { instead: unknown(`/health does not answer: ${answer.reason}`, `./prism doctor ${environment} --why cdn`) };
  }
  const parts = partsOf(answer.body);
  if (parts) return { parts };
  if (answer.status !== 200 && answer.status !== 503) {
    const who = fromCdn(answer) ? "the CDN" : "the application";
    return {
      instead: unknown(`${who} answers /health with ${answer.status}`, `./prism doctor ${environment} --why cdn`),
    };
  }
  return {
    instead: unknown(
      `/health answers ${answer.status} and tells no part`,
      `instances read the operators' token when they start: ./prism release ${environment} VERSION --again, with the version that runs, gives them the one that is in the secret now`,
    ),
  };
}

function partsOf(body: string): Record<string, string> | undefined {
  try {
    const { parts } = JSON.parse(body) as { parts?: Record<string, string> };
    return parts && typeof parts === "object" ? parts : undefined;
  } catch {
    return undefined;
  }
}

function judgePart(part: string, health: Health, environment: string): Finding {
  if ("instead" in health) return health.instead;
  const reason = health.parts[part];
  if (reason === "ok") return ok("answers the application");
  if (reason === undefined) return unknown("/health does not tell of it", "the application's /health has to name it");
  const remedies: Record<string, string> = {
    "no answer in time": `the way there: ./prism doctor ${environment} --why ${part === "redis" ? "sessions" : "database"}`,
    AuthenticationError: `instances hold another password than Redis: ./prism up ${environment} brings them together`,
    "no model is free": "every model of the chain refuses or is paused",
  };
  return wrong(
    `does not answer the application: ${reason}`,
    remedies[reason] ?? `saved query AI-Prism/failed-health-checks shows since when and on which instances`,
  );
}

/** When the environment's health last changed, as its events say. */
async function lastTransition(beanstalk: ElasticBeanstalkClient, name: string): Promise<Date | undefined> {
  try {
    const { Events = [] } = await beanstalk.send(new DescribeEventsCommand({ EnvironmentName: name, MaxRecords: 100 }));
    return Events.find(({ Message = "" }) => /health has transitioned/i.test(Message))?.EventDate;
  } catch (error) {
    if (error instanceof AwsFailure) return undefined;
    throw error;
  }
}

async function causesOf(beanstalk: ElasticBeanstalkClient, name: string): Promise<string[]> {
  try {
    const { Causes = [] } = await beanstalk.send(
      new DescribeEnvironmentHealthCommand({ EnvironmentName: name, AttributeNames: ["Causes"] }),
    );
    return Causes;
  } catch (error) {
    if (error instanceof AwsFailure) return [];
    throw error;
  }
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.filter((date) => date !== undefined).sort((a, b) => a.getTime() - b.getTime())[0];
}
