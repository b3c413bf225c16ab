import path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { ModelInvocationLogArgs } from "../../../account/model-invocation-log";
import type { SafeguardsArgs } from "../../../account/safeguards";
import type { StateStoreArgs } from "../../../account/state-store";
import type { AuditTrailArgs } from "../../../infra/audit-trail";
import type { BeanstalkAppArgs } from "../../../infra/beanstalk-app";
import type { CdnFrontArgs } from "../../../infra/cdn-front";
import type { CostBudgetArgs } from "../../../infra/cost-budget";
import type { EncryptionKeyArgs } from "../../../infra/encryption-key";
import type { GeneratedSecretArgs } from "../../../infra/generated-secret";
import type { InstanceRoleArgs } from "../../../infra/instance-role";
import type { LogBucketArgs } from "../../../infra/log-bucket";
import type { ModelAccessArgs } from "../../../infra/model-access";
import type { MonitoringSuiteArgs } from "../../../infra/monitoring-suite";
import type { NetworkArgs } from "../../../infra/network";
import type { NotificationsArgs } from "../../../infra/notifications";
import type { PostgresDbArgs } from "../../../infra/postgres-db";
import type { RedisCacheArgs } from "../../../infra/redis-cache";
import type { ReplicatedBucketArgs } from "../../../infra/replicated-bucket";
import type { WebFirewallArgs } from "../../../infra/web-firewall";
import type { JudgedResource } from "../../../policies/evaluate";
import { AWS_CALLS, AWS_OUTPUTS } from "../../support/aws-outputs";
import { type Registered, runMocked } from "../../support/mocks";
import { configText, ROOT, stackFile } from "../../support/stack-files";
import { vpcChildren } from "./vpc-children";

/** The components of an environment, by name. */
interface EnvironmentComponents {
  application: BeanstalkAppArgs;
  budget: CostBudgetArgs;
  cdn: CdnFrontArgs;
  database: PostgresDbArgs;
  documents: ReplicatedBucketArgs;
  firewall: WebFirewallArgs;
  "operator-token": GeneratedSecretArgs;
  "instance-role": InstanceRoleArgs;
  "key-edge": EncryptionKeyArgs;
  "key-home": EncryptionKeyArgs;
  "key-replica": EncryptionKeyArgs;
  logs: LogBucketArgs;
  models: ModelAccessArgs;
  monitoring: MonitoringSuiteArgs;
  network: NetworkArgs;
  notifications: NotificationsArgs;
  redis: RedisCacheArgs;
  "replica-logs": LogBucketArgs;
}

/** The components of the account's own program, by name. */
interface AccountComponents {
  "audit-key": EncryptionKeyArgs;
  "model-invocations": ModelInvocationLogArgs;
  safeguards: SafeguardsArgs;
  state: StateStoreArgs;
  trail: AuditTrailArgs;
}

/** Arguments to give to components instead of the program's own; `transform` reaches their children. */
export type Changes = {
  readonly [Name in keyof (EnvironmentComponents & AccountComponents)]?: Partial<
    (EnvironmentComponents & AccountComponents)[Name]
  >;
};

/** One change to the program, by way of what everybody can change: configuration, arguments and transforms. */
export interface Change {
  /** @default "environment" */
  readonly program?: "environment" | "account";
  /** Keys of the stack file, without their namespace. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly components?: Changes;
  /** What is added beside the program. */
  readonly beside?: () => void;
  /** Outputs that are exported as well. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Modules of components, as they stand below the repository's root. */
const MODULES = [
  "account/delivery-roles",
  "account/model-invocation-log",
  "account/safeguards",
  "account/state-store",
  "infra/audit-trail",
  "infra/beanstalk-app",
  "infra/cdn-front",
  "infra/cost-budget",
  "infra/encryption-key",
  "infra/generated-secret",
  "infra/instance-role",
  "infra/log-bucket",
  "infra/model-access",
  "infra/monitoring-suite",
  "infra/network",
  "infra/notifications",
  "infra/postgres-db",
  "infra/redis-cache",
  "infra/replicated-bucket",
  "infra/web-firewall",
];

type ComponentClass = new (name: string, args: object, options?: pulumi.ComponentResourceOptions) => object;
type Program = () => Promise<Record<string, unknown>>;

/** What the components of the run under way are given instead. */
let current: Readonly<Record<string, object>> = {};

/** A class that takes its arguments from {@link current} where they stand there. */
function changeable(original: ComponentClass): ComponentClass {
  return class extends original {
    constructor(name: string, args: object, options?: pulumi.ComponentResourceOptions) {
      super(name, Object.hasOwn(current, name) ? { ...args, ...current[name] } : args, options);
    }
  };
}

/** Loads a program whose components can be changed, and leaves the modules that others load as they are. */
function load(file: string): Program {
  const replaced = MODULES.map((module) => {
    const id = require.resolve(path.join(ROOT, module));
    const exported = require(id) as Record<string, unknown>;
    const classes = Object.entries(exported).filter(([name]) => id.endsWith(`/${kebab(name)}.ts`));
    const loaded = require.cache[id]!;
    loaded.exports = {
      ...exported,
      ...Object.fromEntries(classes.map(([name, one]) => [name, changeable(one as ComponentClass)])),
    };
    return () => (loaded.exports = exported);
  });
  const id = require.resolve(file);
  const before = require.cache[id];
  require.cache[id] = undefined;
  try {
    return require(id) as Program;
  } finally {
    // Others load the program with the components as they are.
    require.cache[id] = before;
    for (const restore of replaced) restore();
  }
}

function kebab(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
}

const programs: Partial<Record<string, Program>> = {};

/**
 * The resources of production, or of its account's program, with one change made, as policies are handed them: inputs
 * and outputs apart, and the children of the VPC component, which mocks do not make.
 */
export async function resourcesOf(change: Change = {}, stack = "production"): Promise<JudgedResource[]> {
  const account = change.program === "account";
  const folder = account ? "account" : "";
  const program = (programs[folder] ??= load(path.join(ROOT, folder, "index.ts")));
  const config = stackFile(stack, folder);
  for (const [key, value] of Object.entries(change.config ?? {})) {
    config[`${account ? "ai-prism-account" : "ai-prism"}:${key}`] = configText(value);
  }
  current = (change.components ?? {}) as Record<string, object>;
  const { log } = require("@pulumi/pulumi") as { log: { warn: unknown } };
  const { warn } = log;
  // The program warns of a name with a dot at every run.
  log.warn = () => Promise.resolve();
  try {
    const { resources, result } = await runMocked(
      async () => {
        const outputs = await program();
        change.beside?.();
        return outputs;
      },
      { stack, config, outputs: AWS_OUTPUTS, calls: AWS_CALLS },
    );
    return judged(resources, await resolved({ ...result, ...change.outputs }), stack);
  } finally {
    log.warn = warn;
    current = {};
  }
}

/** Outputs as they stand in the state. */
async function resolved(outputs: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { output } = require("@pulumi/pulumi") as typeof pulumi;
  return (output(outputs) as unknown as { promise(): Promise<Record<string, unknown>> }).promise();
}

function judged(resources: readonly Registered[], outputs: Record<string, unknown>, stack: string): JudgedResource[] {
  const provider = resources.find(({ type }) => type === "pulumi:providers:aws")?.inputs;
  const own = resources.map((one) => ({
    type: one.type,
    name: one.name,
    urn: one.urn,
    id: one.id,
    custom: one.custom,
    inputs: one.inputs,
    properties: one.outputs,
    protect: one.protect,
    ignoreChanges: [...one.ignoreChanges],
    additionalSecretOutputs: [...one.additionalSecretOutputs],
    parent: plainUrn(one.parent),
    dependencies: one.dependencies.map(plainUrn),
    propertyDependencies: Object.fromEntries(
      Object.entries(one.propertyDependencies).map(([property, urns]) => [property, urns.map(plainUrn)]),
    ),
    ...(one.type.startsWith("aws:") && { provider }),
  }));
  const root: JudgedResource = {
    type: "pulumi:pulumi:Stack",
    name: `ai-prism-${stack}`,
    urn: `urn:pulumi:${stack}::ai-prism::pulumi:pulumi:Stack::ai-prism-${stack}`,
    custom: false,
    inputs: {},
    properties: outputs,
  };
  return [
    root,
    ...own,
    ...own.filter(({ type }) => type === "awsx:ec2:Vpc").flatMap((vpc) => vpcChildren(vpc, provider)),
  ];
}

/** A URN as the records carry it: mocks put the parent's type into it. */
function plainUrn(urn: string): string {
  const [head, stack, types = "", ...name] = urn.split("::");
  return [head, stack, types.slice(types.lastIndexOf("$") + 1), ...name].join("::");
}
