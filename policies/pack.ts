import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { type Configuration, disposableByDefault, neverDisposable } from "./configuration";
import {
  coverageId,
  coverageText,
  type Finding,
  findingText,
  judgedBy,
  Run,
  type RunSettings,
  stackType,
} from "./evaluate";
import { configurationGuard, coverageGuard, exemptionsGuard, type Guard } from "./guards";
import { Resource } from "./resource";
import type { Enforcement, ResourceRule, Rule, StackRule } from "./rule";
import { StackIndex } from "./stack-index";

export { coverageId };

/** A type token that no resource has: the SDK skips a policy for it without reading any resource. */
const noType = "ai-prism:policies:Nothing";

/** Reports a violation at a level of its own. The SDK has this form of `report`, its types leave it out. */
function reportAt(report: ReportViolation, violation: { message: string; urn: string; enforcementLevel: Enforcement }) {
  (report as unknown as (violation: object) => void)(violation);
}

/**
 * Turns rules into policies of the SDK, each under its own name, so that enforcement and parameters are configured and
 * shown per rule.
 *
 * The SDK reads every resource of the stack again for each stack policy, which is most of what a pack costs. So
 * `policy-coverage`, which runs first, judges all stack rules over one index; the policy of a stack rule then reports
 * what was found, and one that found nothing is skipped through the SDK's own filter on types.
 *
 * @param settings What the run goes by; asked when the first resource comes, for the engine configures a pack late.
 */
export function policies(rules: readonly Rule[], settings: () => RunSettings = () => ({})): Policies {
  const host = new Host(rules, settings);
  const stackRules = rules.filter((rule): rule is StackRule => rule.scope === "stack");
  const resourceRules = rules.filter((rule): rule is ResourceRule => rule.scope === "resource");
  return [
    configurationPolicy(host),
    coveragePolicy(stackRules, host),
    ...resourceRules.map((rule) => resourcePolicy(rule, host)),
    ...stackRules.map((rule) => stackPolicy(rule, host)),
    exemptionsPolicy(host),
  ];
}

/** What the policies of one pack share. */
class Host {
  #run: Run | undefined;
  #configuration: Configuration | undefined;
  /** What the stack rules found, by rule id. */
  stackFindings = new Map<string, Finding[]>();

  constructor(
    readonly rules: readonly Rule[],
    private readonly settings: () => RunSettings,
  ) {}

  /** The run that is under way. A new configuration begins another one. */
  get run(): Run {
    const settings = this.settings();
    if (!this.#run || settings.configuration !== this.#configuration) {
      this.#configuration = settings.configuration;
      this.#run = new Run(this.rules, settings);
    }
    return this.#run;
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
    for (const finding of host.run.judge(rule, fromResource(args))) tell(report, rule, finding);
  };
  // With a type on the function the SDK skips other types without reading their properties.
  if (rule.types !== "any" && rule.types.length === 1) Object.assign(validateResource, { __pulumiType: rule.types[0] });
  return { ...metadata(rule), validateResource };
}

function stackPolicy(rule: StackRule, host: Host): StackValidationPolicy {
  const validateStack = (_: StackValidationArgs, report: ReportViolation) => {
    for (const finding of host.stackFindings.get(rule.id) ?? []) tell(report, rule, finding);
  };
  Object.defineProperty(validateStack, "__pulumiType", {
    get: () => (host.stackFindings.has(rule.id) ? undefined : noType),
  });
  return { ...metadata(rule), validateStack };
}

function coveragePolicy(rules: readonly StackRule[], host: Host): StackValidationPolicy {
  return {
    ...guardMetadata(coverageGuard),
    validateStack: (args, report) => {
      const stack = new StackIndex(args.resources.map(fromStack));
      host.stackFindings = new Map();
      for (const rule of rules) {
        const findings = judgedBy(rule, stack).flatMap((resource) => host.run.judge(rule, resource, () => stack));
        if (findings.length > 0) host.stackFindings.set(rule.id, findings);
      }
      const text = coverageText(host.run.coverage());
      if (text) report(text);
    },
  };
}

function configurationPolicy(host: Host): ResourceValidationPolicy {
  const validateResource = (args: ResourceValidationArgs, report: ReportViolation) => {
    for (const { message, enforcement } of host.run.configurationFindings(args.urn)) {
      reportAt(report, {
        message: `${configurationGuard.title}\n${message}`,
        urn: args.urn,
        enforcementLevel: enforcement,
      });
    }
  };
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
    // The stack's own resource comes before everything else, so a deployment stops with nothing created.
    validateResource: Object.assign(validateResource, { __pulumiType: stackType }),
  };
}

function exemptionsPolicy(host: Host): StackValidationPolicy {
  return {
    ...guardMetadata(exemptionsGuard),
    validateStack: ({ resources }, report) => {
      for (const { message, urn } of host.run.exemptionFindings(resources.map((one) => one.urn))) report(message, urn);
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

function fromStack(resource: PolicyResource): Resource {
  return new Resource({
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
