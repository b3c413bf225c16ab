import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { disposableByDefault, neverDisposable } from "./configuration";
import { coverageId, coverageText, type Finding, findingText, judgedBy, Run, stackType } from "./evaluate";
import { Engine } from "./engine";
import { configurationGuard, coverageGuard, exemptionsGuard, type Guard } from "./guards";
import { Resource } from "./resource";
import { appliesTo, type Enforcement, type ResourceRule, type Rule, type StackRule } from "./rule";
import { StackIndex } from "./stack-index";

export { coverageId };

/** Reports a violation at a level of its own. The SDK has this form of `report`, its types leave it out. */
function reportAt(report: ReportViolation, violation: { message: string; urn: string; enforcementLevel: Enforcement }) {
  (report as unknown as (violation: object) => void)(violation);
}

/**
 * Turns rules into policies of the SDK, each under its own name, so that enforcement and parameters are configured and
 * shown per rule.
 *
 * The SDK reads a resource, or all resources of the stack, again for each policy, which is most of what a pack costs.
 * So the first policy of each kind judges by all rules and lets go of what it read; the policy of a rule only reports
 * what was found.
 */
export function policies(rules: readonly Rule[], engine = new Engine()): Policies {
  const host = new Host(rules, engine);
  const stackRules = rules.filter((rule): rule is StackRule => rule.scope === "stack");
  const resourceRules = rules.filter((rule): rule is ResourceRule => rule.scope === "resource");
  return [
    configurationPolicy(resourceRules, host),
    coveragePolicy(stackRules, host),
    ...resourceRules.map((rule) => resourcePolicy(rule, host)),
    ...stackRules.map((rule) => stackPolicy(rule, host)),
    exemptionsPolicy(host),
  ];
}

/** What the policies of one pack share. */
class Host {
  #run: Run | undefined;
  #settings: Engine["settings"] | undefined;
  readonly #byType = new Map<string, readonly ResourceRule[]>();
  /** Type of the resource that was judged last. */
  type = "";
  /** Names of the inputs, by URN: of a stack the SDK tells the outputs only. */
  readonly given = new Map<string, readonly string[]>();
  /** What the resource rules found, by URN and rule id. */
  readonly resourceFindings = new Map<string, Map<string, Finding[]>>();
  /** What the stack rules that had something to judge found, by rule id. */
  stackFindings = new Map<string, Finding[]>();
  /** URNs of all resources of the stack. */
  urns: string[] = [];

  constructor(
    readonly rules: readonly Rule[],
    readonly engine: Engine,
  ) {}

  /** The run that is under way. */
  get run(): Run {
    const { settings } = this.engine;
    if (!this.#run || settings !== this.#settings) {
      this.#settings = settings;
      this.#run = new Run(this.rules, settings);
    }
    return this.#run;
  }

  /** Judges a resource by all rules, for their policies to report. */
  judgeResource(rules: readonly ResourceRule[], resource: Resource): void {
    const { type } = resource;
    this.type = type;
    this.given.set(resource.urn, Object.keys(resource.properties));
    const findings = new Map<string, Finding[]>();
    const judging = this.#byType.get(type) ?? rules.filter((rule) => appliesTo(rule, type));
    this.#byType.set(type, judging);
    for (const rule of judging) {
      const found = this.run.judge(rule, resource);
      if (found.length > 0) findings.set(rule.id, found);
    }
    this.resourceFindings.set(resource.urn, findings);
    this.engine.releaseResource(resource.urn);
  }

  /** Judges a stack by all rules, for their policies to report. */
  judgeStack(rules: readonly StackRule[], stack: StackIndex): void {
    this.urns = stack.resources.map(({ urn }) => urn);
    this.stackFindings = new Map();
    for (const rule of rules) {
      const judged = judgedBy(rule, stack);
      if (judged.length === 0) continue;
      const findings = judged.flatMap((resource) => this.run.judge(rule, resource, () => stack));
      this.stackFindings.set(rule.id, findings);
    }
    this.engine.releaseStack();
  }
}

/** The SDK's metadata of a rule. The framework is one object there, so every control id also stands in the tags. */
function metadata(rule: Rule) {
  const { fsbp = [], cis = [], wellArchitected } = rule.controls;
  const framework = fsbp[0]
    ? {
        name: "AWS Foundational Security Best Practices",
        version: "1.0.0",
        reference: fsbp[0],
        specification: rule.title,
      }
    : {
        name: "AWS Well-Architected Framework",
        version: "2024-11-06",
        reference: wellArchitected[0] ?? "",
        specification: rule.title,
      };
  return {
    name: rule.id,
    description: rule.title,
    enforcementLevel: rule.enforcement,
    severity: rule.severity,
    framework,
    tags: [
      rule.family,
      ...fsbp.map((id) => `fsbp:${id}`),
      ...cis.map((id) => `cis-aws-5.0:${id}`),
      ...wellArchitected.map((id) => `well-architected:${id}`),
    ],
    remediationSteps: rule.remediation,
    url: rule.url,
    ...(rule.parameters && { configSchema: { properties: rule.parameters as Record<string, object> } }),
  };
}

/** Says that a policy has nothing to judge. The SDK throws for it, and the trace would cost more than all the rest. */
function notApplicable(args: Pick<ResourceValidationArgs, "notApplicable">): never {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return args.notApplicable();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function guardMetadata({ id, title, severity, enforcement, remediation, url }: Guard) {
  return {
    name: id,
    description: title,
    enforcementLevel: enforcement,
    severity,
    tags: ["run"],
    remediationSteps: remediation,
    url,
  };
}

function tell(report: ReportViolation, rule: Rule, finding: Finding): void {
  const text = findingText(finding, rule);
  const { urn, enforcement } = finding;
  if (!finding.exemption) report(text, urn);
  else reportAt(report, { message: `${rule.title}\n${text}`, urn, enforcementLevel: enforcement });
}

function resourcePolicy(rule: ResourceRule, host: Host): ResourceValidationPolicy {
  const validateResource = (args: ResourceValidationArgs, report: ReportViolation) => {
    if (!appliesTo(rule, args.type)) notApplicable(args);
    for (const finding of host.resourceFindings.get(args.urn)?.get(rule.id) ?? []) tell(report, rule, finding);
  };
  // The SDK sends it with every resource that the rule does not apply to.
  const others = typesOf(rule);
  // By the type on the function the SDK tells whether a rule applies, before it makes ready what the function is given.
  Object.defineProperty(validateResource, "__pulumiType", {
    get: () => {
      if (!host.engine.asksAboutOne) return undefined;
      return appliesTo(rule, host.type) ? host.type : others;
    },
  });
  return { ...metadata(rule), validateResource };
}

function typesOf({ types }: Rule): string {
  if (types === "any") return "aws:*";
  return types.length > 1 ? `${types[0]} and others` : types[0]!;
}

function stackPolicy(rule: StackRule, host: Host): StackValidationPolicy {
  const validateStack = (args: StackValidationArgs, report: ReportViolation) => {
    const findings = host.stackFindings.get(rule.id) ?? notApplicable(args);
    for (const finding of findings) tell(report, rule, finding);
  };
  return { ...metadata(rule), validateStack };
}

function coveragePolicy(rules: readonly StackRule[], host: Host): StackValidationPolicy {
  return {
    ...guardMetadata(coverageGuard),
    validateStack: (args, report) => {
      host.judgeStack(rules, new StackIndex(args.resources.map((one) => fromStack(one, host.given.get(one.urn)))));
      const text = coverageText(host.run.coverage());
      if (text) report(text);
    },
  };
}

function configurationPolicy(rules: readonly ResourceRule[], host: Host): ResourceValidationPolicy {
  return {
    ...guardMetadata(configurationGuard),
    configSchema: {
      properties: {
        disposableStacks: {
          type: "array",
          items: { type: "string", not: { pattern: neverDisposable } },
          description: "Names of stacks in which a mandatory rule may be lowered.",
          default: disposableByDefault,
        } as object,
      },
    },
    validateResource: (args, report) => {
      host.judgeResource(rules, fromResource(args));
      // The stack's own resource comes before everything else, so a deployment stops with nothing created.
      if (args.type !== stackType) notApplicable(args);
      for (const { message, enforcement } of host.run.configurationFindings(args.urn)) {
        const text = `${configurationGuard.title}\n${message}`;
        reportAt(report, { message: text, urn: args.urn, enforcementLevel: enforcement });
      }
    },
  };
}

function exemptionsPolicy(host: Host): StackValidationPolicy {
  return {
    ...guardMetadata(exemptionsGuard),
    validateStack: (_, report) => {
      for (const { message, urn } of host.run.exemptionFindings(host.urns)) report(message, urn);
    },
  };
}

function fromResource(args: ResourceValidationArgs): Resource {
  return new Resource({
    type: args.type,
    name: args.name,
    urn: args.urn,
    properties: args.props,
    protect: args.opts.protect,
    ignoreChanges: args.opts.ignoreChanges,
    additionalSecretOutputs: args.opts.additionalSecretOutputs,
    parent: args.opts.parent,
    provider: args.provider?.props,
  });
}

function fromStack(resource: PolicyResource, given: readonly string[] | undefined): Resource {
  return new Resource({
    given,
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    properties: resource.props,
    protect: resource.opts.protect,
    ignoreChanges: resource.opts.ignoreChanges,
    additionalSecretOutputs: resource.opts.additionalSecretOutputs,
    parent: resource.parent?.urn ?? resource.opts.parent,
    dependencies: resource.dependencies.map((one) => one.urn),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([property, list]) => [property, list.map((one) => one.urn)]),
    ),
    provider: resource.provider?.props,
  });
}
