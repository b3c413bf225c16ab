import { type Configuration, configurationId, configurationProblems, levelOf } from "./configuration";
import { type Exemption, Exemptions, stackOf } from "./exemptions";
import { Deferred } from "./read";
import { Resource, type ResourceData } from "./resource";
import { appliesTo, type Context, type Enforcement, type Rule, type Severity, type StackContext } from "./rule";
import { StackIndex } from "./stack-index";

/** The policy that says in one line how much a run could not decide. */
export const coverageId = "policy-coverage";

/** The policy that reports what is wrong with exemptions. It is always mandatory. */
export const exemptionsId = "policy-exemptions";

/** The policies that are no rules: they watch over the run itself, and no configuration changes their level. */
export const guardIds: readonly string[] = [coverageId, exemptionsId, configurationId];

/** A violation, or the failure of a rule itself. */
export interface Finding {
  /** Id of the rule, or of one of the {@link guardIds}. */
  rule: string;
  /** The resource, or the stack. */
  urn: string;
  /** As configured; `advisory` where an exemption lets a violation pass. */
  enforcement: Enforcement;
  severity: Severity;
  message: string;
  /** What lets this pass. */
  exemption?: Exemption;
  /** The rule itself failed: nothing is known about the resource. */
  fault?: true;
}

/** The result of a whole run. */
export interface Evaluation {
  violations: Finding[];
  /** Checks decided, each a rule on a resource. */
  evaluated: number;
  /** Checks that wait for values that are not known yet. */
  deferred: { rule: string; urn: string }[];
}

/** What a run goes by beside the rules. */
export interface RunSettings {
  configuration?: Configuration;
  exemptions?: Exemptions;
}

/** A resource with the inputs that resource rules judge, where they are known apart from the outputs. */
export interface JudgedResource extends ResourceData {
  inputs?: Record<string, unknown>;
  /** Whether a provider manages it; components are the program's own. */
  custom?: boolean;
}

/** One run of rules over one stack, whoever hands it the resources: the policy server or a checkpoint. */
export class Run {
  readonly #configuration: Configuration;
  readonly #exemptions: Exemptions;
  readonly #judged = new Map<string, Set<string>>();
  readonly #deferred = new Map<string, Set<string>>();
  readonly #used = new Set<Exemption>();

  constructor(
    readonly rules: readonly Rule[],
    { configuration = {}, exemptions = Exemptions.none }: RunSettings = {},
  ) {
    this.#configuration = configuration;
    this.#exemptions = exemptions;
  }

  /**
   * Runs one rule on one resource. Never throws: an unknown value defers the check, any other error is reported as the
   * rule's own failure.
   */
  judge(rule: Rule, resource: Resource, stack: () => StackIndex = noStack): Finding[] {
    const level = levelOf(rule, this.#configuration);
    if (level === "disabled" || !appliesTo(rule, resource.type)) return [];
    const { messages, faults, deferred } = decide(rule, resource, this.#parameters(rule), stack);
    add(this.#judged, rule.id, resource.urn);
    if (deferred) add(this.#deferred, rule.id, resource.urn);
    else this.#deferred.get(rule.id)?.delete(resource.urn);
    const finding = { rule: rule.id, urn: resource.urn, enforcement: level, severity: rule.severity };
    return [
      ...messages.map((message) => this.#exempt({ ...finding, message })),
      ...faults.map((message) => ({ ...finding, message, fault: true as const })),
    ];
  }

  /** What has to be said of the configuration, as a violation of the stack. */
  configurationFindings(urn: string): Finding[] {
    const stack = /^urn:pulumi:(.*?)::/.exec(urn)?.[1] ?? "";
    return configurationProblems(this.rules, guardIds, this.#configuration, stack).map(({ kind, message }) => ({
      rule: configurationId,
      urn,
      enforcement: kind === "allowed" ? "advisory" : "mandatory",
      severity: "high",
      message,
    }));
  }

  /**
   * What is wrong with the exemptions. To be asked when everything is judged.
   *
   * @param urns URNs of all resources of the stack.
   */
  exemptionFindings(urns: readonly string[]): Finding[] {
    const present = new Set(urns);
    const isUnused = (exemption: Exemption): boolean => {
      if (this.#used.has(exemption)) return false;
      const { rule, resource } = exemption;
      if (this.#deferred.get(rule)?.has(resource)) return false;
      // A resource outside the targets of an update is in the stack and not judged.
      return !present.has(resource) || (this.#judged.get(rule)?.has(resource) ?? false) || this.#isDisabled(rule);
    };
    const stack = stackOf(urns[0] ?? "");
    return this.#exemptions.problems(stack, isUnused).map(({ message, urn }) => ({
      rule: exemptionsId,
      urn: urn !== undefined && present.has(urn) ? urn : rootOf(urns),
      enforcement: "mandatory",
      severity: "medium",
      message: urn === undefined || present.has(urn) ? message : `${message} It names ${urn}.`,
    }));
  }

  /** The checks that were decided, and those that wait. */
  coverage(): Pick<Evaluation, "evaluated" | "deferred"> {
    const deferred = [...this.#deferred].flatMap(([rule, urns]) => [...urns].map((urn) => ({ rule, urn })));
    const judged = [...this.#judged.values()].reduce((sum, urns) => sum + urns.size, 0);
    return { evaluated: judged - deferred.length, deferred };
  }

  #parameters(rule: Rule): Record<string, unknown> {
    return this.#configuration[rule.id]?.parameters ?? {};
  }

  #isDisabled(id: string): boolean {
    return this.#configuration[id]?.level === "disabled";
  }

  #exempt(finding: Finding): Finding {
    const exemption = this.#exemptions.match(finding.rule, finding.urn, finding.message);
    if (!exemption) return finding;
    this.#used.add(exemption);
    return { ...finding, enforcement: "advisory", exemption };
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

/** The stack itself, to which belongs what is about no resource of it. */
function rootOf(urns: readonly string[]): string {
  return urns.find((urn) => urn.split("::")[2] === stackType) ?? urns[0] ?? "";
}

/** Type token of a stack's root resource. */
export const stackType = "pulumi:pulumi:Stack";

/** What one rule makes of one resource. */
interface Decision {
  messages: string[];
  /** Failures of the rule itself. */
  faults: string[];
  /** Some of the check waits for values that are not known yet. */
  deferred: boolean;
}

function decide(
  rule: Rule,
  resource: Resource,
  parameters: Record<string, unknown>,
  stack: () => StackIndex,
): Decision {
  const decision: Decision = { messages: [], faults: [], deferred: false };
  const attempt = (part: () => void) => {
    try {
      part();
    } catch (error) {
      if (error instanceof Deferred) decision.deferred = true;
      else decision.faults.push(faultText(error));
    }
  };
  const context: Context = {
    fail: (message) => decision.messages.push(message),
    attempt,
    parameter: <T>(name: string): T => {
      const parameter = rule.parameters?.[name];
      if (!parameter) throw new TypeError(`rule ${rule.id} declares no parameter "${name}"`);
      return (parameters[name] ?? parameter.default) as T;
    },
  };
  attempt(() => {
    if (rule.scope === "resource") rule.check(resource, context);
    else rule.check(resource, { ...context, stack: stack() } satisfies StackContext);
  });
  return decision;
}

/**
 * The text for a rule that broke. It names the kind of error and the place, never the error's message: JavaScript puts
 * pieces of the values it worked on there, and those may be secret.
 */
function faultText(error: unknown): string {
  if (!(error instanceof Error)) return "The rule itself failed; the resource is not judged.";
  const frame = /^ +at (?:(?<name>[^\s(]+) )?\(?.*?(?<place>[^/\\(]+:\d+:\d+)\)?$/m.exec(error.stack ?? "")?.groups;
  const where = frame ? ` in ${frame.name ?? "the check"} (${frame.place})` : "";
  return `The rule itself failed with ${error.name}${where}; the resource is not judged.`;
}

function noStack(): never {
  throw new TypeError("a resource rule sees no other resources");
}

/** The full text of a finding, as printed after the rule's title. */
export function findingText({ message, exemption }: Finding, rule: Pick<Rule, "remediation" | "url">): string {
  if (exemption) {
    const { expires, owner, reason } = exemption;
    return `Exempted until ${expires} (${owner}): ${reason.trim()}\n${message}`;
  }
  return `${message}\nFix: ${rule.remediation}\nSee: ${rule.url}`;
}

/** The line of `policy-coverage`, or undefined when everything was decided. */
export function coverageText({ evaluated, deferred }: Pick<Evaluation, "evaluated" | "deferred">): string | undefined {
  if (deferred.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const { rule } of deferred) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const sorted = [...counts].sort(([left, many], [right, others]) => others - many || (left < right ? -1 : 1));
  const names = sorted.map(([rule, count]) => `${rule} ${count}`);
  return `${evaluated} checks evaluated, ${deferred.length} waiting for \`pulumi up\`: ${names.join(", ")}`;
}

/** The resources of a stack that a rule judges. */
export function judgedBy(rule: Rule, stack: StackIndex): readonly Resource[] {
  return rule.types === "any" ? stack.resources.filter(({ type }) => appliesTo(rule, type)) : stack.ofType(rule.types);
}

/**
 * Runs rules over the resources of one stack, without the policy server: over a checkpoint (see `checkpoint.ts`), or
 * over what Pulumi mocks recorded.
 */
export function evaluate(
  rules: readonly Rule[],
  resources: readonly JudgedResource[],
  settings: RunSettings = {},
): Evaluation {
  const run = new Run(rules, settings);
  const outputs = resources.map((data) => new Resource(data));
  const stack = new StackIndex(outputs);
  const inputs = new Map(
    resources.flatMap((data, index) =>
      data.inputs ? [[outputs[index]!, new Resource({ ...data, properties: data.inputs })]] : [],
    ),
  );
  const violations = rules.flatMap((rule) =>
    judgedBy(rule, stack).flatMap((resource) =>
      run.judge(rule, rule.scope === "resource" ? (inputs.get(resource) ?? resource) : resource, () => stack),
    ),
  );
  const urns = resources.map(({ urn }) => urn);
  if (urns.length > 0) {
    violations.unshift(...run.configurationFindings(rootOf(urns)));
    violations.push(...run.exemptionFindings(urns));
  }
  return { violations, ...run.coverage() };
}
