import type { Enforcement, Rule } from "./rule";

/** What a run does with a rule. */
export type Level = Enforcement | "disabled";

/** What is set for one rule. */
export interface RuleSettings {
  level?: Level;
  parameters?: Record<string, unknown>;
}

/** Settings by rule id, as `--policy-pack-config` gives them. */
export type Configuration = Readonly<Record<string, RuleSettings>>;

/** The policy that stands guard over the configuration. It is always mandatory. */
export const configurationId = "policy-configuration";

/** Stacks in which a mandatory rule may be lowered, unless `policy-configuration` sets `disposableStacks`. */
export const disposableByDefault: readonly string[] = ["dev"];

/** What no list of disposable stacks may hold, as a pattern. */
export const neverDisposable = "^prod";

/** A fault of the configuration, or a rule that it lowers where that is allowed. */
export interface ConfigurationProblem {
  kind: "misspelt" | "lowered" | "allowed";
  message: string;
}

/** The level at which a rule is judged. */
export function levelOf(rule: Rule, configuration: Configuration): Level {
  return configuration[rule.id]?.level ?? rule.enforcement;
}

/**
 * What has to be said of a configuration: names that do not exist, which the engine accepts in silence, and mandatory
 * rules that are not mandatory any more.
 *
 * @param known Names of the pack's own policies beside the rules.
 * @param stack Name of the stack that is judged.
 */
export function configurationProblems(
  rules: readonly Rule[],
  known: readonly string[],
  configuration: Configuration,
  stack: string,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  for (const [id, { level, parameters = {} }] of Object.entries(configuration)) {
    const rule = rules.find((one) => one.id === id);
    if (!rule && !known.includes(id)) {
      problems.push({ kind: "misspelt", message: `There is no rule "${id}"${suggestion(id, rules)}.` });
      continue;
    }
    const allowed = id === configurationId ? ["disposableStacks"] : Object.keys(rule?.parameters ?? {});
    for (const name of Object.keys(parameters)) {
      if (allowed.includes(name)) continue;
      const has = allowed.length > 0 ? `it has ${allowed.join(", ")}` : "it has none";
      problems.push({ kind: "misspelt", message: `${id} has no parameter "${name}"; ${has}.` });
    }
    if (rule?.enforcement !== "mandatory" || level === undefined || level === "mandatory") continue;
    const lowered = `${id} is ${level} instead of mandatory`;
    if (disposable(configuration).includes(stack)) problems.push({ kind: "allowed", message: `${lowered}.` });
    else {
      const message = `${lowered}; in stack "${stack}" it has to stay so. Exempt single resources, or name the stack in disposableStacks of ${configurationId}.`;
      problems.push({ kind: "lowered", message });
    }
  }
  return problems;
}

function disposable(configuration: Configuration): readonly unknown[] {
  const configured = configuration[configurationId]?.parameters?.disposableStacks;
  const stacks: readonly unknown[] = Array.isArray(configured) ? configured : disposableByDefault;
  return stacks.filter((stack) => !new RegExp(neverDisposable).test(String(stack)));
}

/** The rules whose ids begin alike, one of which was probably meant. */
function suggestion(id: string, rules: readonly Rule[]): string {
  const beginning = (text: string) => text.split("-")[0];
  const near = rules.map((rule) => rule.id).filter((one) => beginning(one) === beginning(id));
  return near.length > 0 ? `; there are ${near.join(", ")}` : "";
}
