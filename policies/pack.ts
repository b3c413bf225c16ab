import type {
  Policies,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { judge, violationText, type Outcome } from "./evaluate";
import { Resource } from "./resource";
import { appliesTo, type ResourceRule, type Rule, type StackRule } from "./rule";
import { StackIndex } from "./stack-index";

/** The policy that says in one line how much a run could not decide. */
export const coverageId = "policy-coverage";

/** A type token that no resource has: the SDK skips a policy for it without reading any resource. */
const noType = "ai-prism:policies:Nothing";

/**
 * Turns rules into policies of the SDK, each under its own name, so that enforcement and parameters are configured and
 * shown per rule.
 *
 * The SDK reads every resource of the stack again for each stack policy, which is most of what a pack costs. So
 * `policy-coverage`, which runs first, judges all stack rules over one index, and a stack rule that found nothing is
 * then skipped through the SDK's own filter on types. Rules with parameters are always run, because only they get to
 * see their configuration.
 */
export function policies(rules: readonly Rule[]): Policies {
  const coverage = new Coverage();
  const stackRules = rules.filter((rule): rule is StackRule => rule.scope === "stack");
  const resourceRules = rules.filter((rule): rule is ResourceRule => rule.scope === "resource");
  return [
    coveragePolicy(stackRules, coverage),
    ...resourceRules.map((rule) => resourcePolicy(rule, coverage)),
    ...stackRules.map((rule) => stackPolicy(rule, coverage)),
  ];
}

/** What a run has judged so far. */
class Coverage {
  readonly #checks = new Map<string, Set<string>>();
  readonly #deferred = new Map<string, Set<string>>();
  /** Stack rules that the first pass found fine, so that they need not run again. */
  readonly fine = new Set<string>();

  record(rule: Rule, urn: string, outcome: Outcome): void {
    add(this.#checks, rule.id, urn);
    if (outcome.deferred) add(this.#deferred, rule.id, urn);
    else this.#deferred.get(rule.id)?.delete(urn);
  }

  /** The line of `policy-coverage`, or undefined when everything was decided. */
  summary(): string | undefined {
    const waiting = [...this.#deferred].flatMap(([rule, urns]) => (urns.size > 0 ? [{ rule, count: urns.size }] : []));
    if (waiting.length === 0) return undefined;
    const count = (map: Map<string, Set<string>>) => [...map.values()].reduce((sum, urns) => sum + urns.size, 0);
    const deferred = count(this.#deferred);
    const names = waiting.sort((a, b) => b.count - a.count).map(({ rule, count }) => `${rule} ${count}`);
    return `${count(this.#checks) - deferred} checks evaluated, ${deferred} waiting for \`pulumi up\`: ${names.join(", ")}`;
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
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

function resourcePolicy(rule: ResourceRule, coverage: Coverage): ResourceValidationPolicy {
  const validateResource = (args: ResourceValidationArgs, report: (message: string) => void) => {
    if (!appliesTo(rule, args.type)) return;
    const resource = fromResource(args);
    const outcome = judge(rule, resource, args.getConfig(), noStack);
    coverage.record(rule, args.urn, outcome);
    for (const message of outcome.messages) report(violationText(rule, message));
  };
  // With a type on the function the SDK skips other types without reading their properties.
  if (rule.types !== "any" && rule.types.length === 1) Object.assign(validateResource, { __pulumiType: rule.types[0] });
  return { ...metadata(rule), validateResource };
}

function stackPolicy(rule: StackRule, coverage: Coverage): StackValidationPolicy {
  const validateStack = (args: StackValidationArgs, report: (message: string, urn?: string) => void) => {
    const stack = stackOf(args);
    for (const resource of stack.resources) {
      if (!appliesTo(rule, resource.type)) continue;
      const outcome = judge(rule, resource, args.getConfig(), () => stack);
      coverage.record(rule, resource.urn, outcome);
      for (const message of outcome.messages) report(violationText(rule, message), resource.urn);
    }
  };
  Object.defineProperty(validateStack, "__pulumiType", {
    get: () => (coverage.fine.has(rule.id) ? noType : undefined),
  });
  return { ...metadata(rule), validateStack };
}

function coveragePolicy(rules: readonly StackRule[], coverage: Coverage): StackValidationPolicy {
  return {
    name: coverageId,
    description: "Checks that wait for values which are not known yet are counted",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["coverage"],
    remediationSteps: "Run the pack again on known values: during `pulumi up`, or over the stack's export.",
    url: "https://www.pulumi.com/docs/insights/policy/",
    validateStack: (args, report) => {
      coverage.fine.clear();
      const stack = stackOf(args);
      for (const rule of rules) {
        let fine = rule.parameters === undefined;
        for (const resource of stack.resources) {
          if (!appliesTo(rule, resource.type)) continue;
          const outcome = judge(rule, resource, {}, () => stack);
          coverage.record(rule, resource.urn, outcome);
          if (outcome.messages.length > 0) fine = false;
        }
        if (fine) coverage.fine.add(rule.id);
      }
      const summary = coverage.summary();
      if (summary) report(summary);
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
    parent: args.opts.parent,
    provider: args.provider?.props,
  });
}

function stackOf(args: StackValidationArgs): StackIndex {
  return new StackIndex(args.resources.map(fromStack));
}

function fromStack(resource: PolicyResource): Resource {
  return new Resource({
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    properties: resource.props,
    protect: resource.opts.protect,
    parent: resource.parent?.urn ?? resource.opts.parent,
    dependencies: resource.dependencies.map((one) => one.urn),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([property, list]) => [property, list.map((one) => one.urn)]),
    ),
    provider: resource.provider?.props,
  });
}

function noStack(): never {
  throw new TypeError("a resource rule sees no other resources");
}
