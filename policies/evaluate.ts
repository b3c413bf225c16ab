import { Deferred } from "./read";
import { Resource, type ResourceData } from "./resource";
import { appliesTo, type Context, type Enforcement, type Rule, type Severity, type StackContext } from "./rule";
import { StackIndex } from "./stack-index";

/** A violation, or the failure of a rule itself. */
export interface Finding {
  rule: string;
  urn: string;
  enforcement: Enforcement;
  severity: Severity;
  message: string;
}

/** What one rule made of one resource. */
export interface Outcome {
  messages: string[];
  /** Some of the check waits for values that are not known yet. */
  deferred: boolean;
}

/** The result of a whole run. */
export interface Evaluation {
  violations: Finding[];
  /** Checks decided, each a rule on a resource. */
  evaluated: number;
  /** Checks that wait for values that are not known yet. */
  deferred: { rule: string; urn: string }[];
}

/**
 * Runs one rule on one resource. Never throws: an unknown value defers the check, any other error is reported as the
 * rule's own failure.
 */
export function judge(
  rule: Rule,
  resource: Resource,
  configuration: Record<string, unknown>,
  stack: () => StackIndex,
): Outcome {
  const outcome: Outcome = { messages: [], deferred: false };
  const attempt = (decision: () => void) => {
    try {
      decision();
    } catch (error) {
      if (error instanceof Deferred) outcome.deferred = true;
      else outcome.messages.push(faultText(error));
    }
  };
  const context: Context = {
    fail: (message) => outcome.messages.push(message),
    attempt,
    parameter: <T>(name: string): T => {
      const parameter = rule.parameters?.[name];
      if (!parameter) throw new TypeError(`rule ${rule.id} declares no parameter "${name}"`);
      return (configuration[name] ?? parameter.default) as T;
    },
  };
  attempt(() => {
    if (rule.scope === "resource") rule.check(resource, context);
    else rule.check(resource, { ...context, stack: stack() } satisfies StackContext);
  });
  return outcome;
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

/** The full text of a violation, as printed after the rule's title. */
export function violationText(rule: Rule, message: string): string {
  return `${message}\nFix: ${rule.remediation}\nSee: ${rule.url}`;
}

/**
 * Runs rules over the resources of one stack, without the policy server: over a checkpoint (see `checkpoint.ts`), or
 * over what Pulumi mocks recorded.
 *
 * @param configuration Parameters per rule id.
 */
export function evaluate(
  rules: readonly Rule[],
  resources: readonly ResourceData[],
  configuration: Record<string, Record<string, unknown>> = {},
): Evaluation {
  const evaluation: Evaluation = { violations: [], evaluated: 0, deferred: [] };
  const all = resources.map((data) => new Resource(data));
  const stack = new StackIndex(all);
  for (const rule of rules) {
    for (const resource of all) {
      if (!appliesTo(rule, resource.type)) continue;
      const outcome = judge(rule, resource, configuration[rule.id] ?? {}, () => stack);
      for (const message of outcome.messages) {
        const { id, enforcement, severity } = rule;
        evaluation.violations.push({ rule: id, urn: resource.urn, enforcement, severity, message });
      }
      if (outcome.deferred) evaluation.deferred.push({ rule: rule.id, urn: resource.urn });
      else evaluation.evaluated++;
    }
  }
  return evaluation;
}
