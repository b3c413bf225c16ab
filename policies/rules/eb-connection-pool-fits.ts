import { option, plainVariables } from "../beanstalk";
import { Deferred } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";

const databaseType = ["aws:rds/instance:Instance"];

/** Memory in GiB by size, of the classes with 4 GiB for a vCPU and of those with 8; below large, classes are alike. */
const sizes: Record<string, number> = {
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  "2xlarge": 32,
  "4xlarge": 64,
};

export const ebConnectionPoolFits: StackRule = {
  id: "eb-connection-pool-fits",
  title: "The whole fleet's connections fit into the database",
  family: "availability",
  severity: "medium",
  enforcement: "mandatory",
  scope: "stack",
  types: ["aws:elasticbeanstalk/environment:Environment"],
  controls: { wellArchitected: ["REL01-BP03", "REL05-BP03"] },
  remediation: "Make the pools smaller or the database larger, or put RDS Proxy between them.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html",
  parameters: {
    pool: {
      type: "array",
      items: { type: "string" },
      description: "Variables that add up to one process's connections.",
      default: ["SQLALCHEMY_POOL_SIZE", "SQLALCHEMY_MAX_OVERFLOW"],
    },
    processes: {
      type: "array",
      items: { type: "string" },
      description: "Variables that add up to the processes on one instance.",
      default: ["WEB_PROCESSES", "WORKER_PROCESSES"],
    },
    clientsPerConnection: {
      type: "integer",
      minimum: 1,
      description: "Clients that RDS Proxy may hold for one connection of the database.",
      default: 10,
    },
  },
  check(environment, { fail, parameter, stack }) {
    const variable = (name: string) => option(environment, plainVariables, name);
    const sum = (names: string[]) => names.reduce((total, name) => total + Number(variable(name) ?? 0), 0);
    const perProcess = sum(parameter<string[]>("pool"));
    if (perProcess === 0) return;
    const most = Number(option(environment, "aws:autoscaling:asg", "MaxSize") ?? 4);
    // An immutable deployment runs the new fleet beside the old one.
    const asked = most * 2 * Math.max(1, sum(parameter<string[]>("processes"))) * perProcess;
    const databases = stack.ofType(databaseType);
    if (databases.length !== 1) return;
    const available = connections(databases[0]!);
    if (available === undefined) return;
    const proxied = stack.ofType(["aws:rds/proxyTarget:ProxyTarget"]).length > 0;
    const allowed = available * (proxied ? parameter<number>("clientsPerConnection") : 1);
    if (asked <= allowed) return;
    const through = proxied ? "through RDS Proxy " : "";
    fail(`${most} instances ask for up to ${asked} connections; the database takes ${through}${allowed}.`);
  },
};

/** Connections that PostgreSQL on RDS takes by default, undefined for a class whose memory is not known here. */
function connections(database: Resource): number | undefined {
  const instanceClass = database.text("instanceClass");
  if (instanceClass === undefined) throw new Deferred("instanceClass");
  const [, family = "", size = ""] = /^db\.([a-z0-9]+)\.(\w+)$/.exec(instanceClass) ?? [];
  const memory = sizes[size];
  if (memory === undefined || !/^[tmr]\d/.test(family)) return undefined;
  const bytes = memory * (family.startsWith("r") ? 2 : 1) * 1024 ** 3;
  return Math.min(Math.floor(bytes / 9_531_392), 5000);
}
