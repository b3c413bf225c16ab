import { appliesTo, type Rule } from "./rule";

/** One resource that one rule lets pass, for a reason and a time. */
export interface Exemption {
  /** Id of the rule. */
  rule: string;
  /** The resource's whole URN, which names the stack and the project too. */
  resource: string;
  /** A part of the violation's message, where only that finding on the resource is let pass. */
  finding?: string;
  reason: string;
  /** Who answers for it: a team or an address. */
  owner: string;
  /** The last day on which it holds, `YYYY-MM-DD`. */
  expires: string;
}

/** What is wrong with the exemptions, and the resource that it is about, if one is named. */
export interface ExemptionProblem {
  message: string;
  urn?: string;
}

/** An exemption holds for at most this many days from today: it is no way to switch a rule off for good. */
const longestDays = 366;

const shortestReason = 15;

const fields = ["rule", "resource", "finding", "reason", "owner", "expires"] as const;

/** The exemptions of a file. Only what is whole and has not lapsed exempts anything. */
export class Exemptions {
  readonly #valid: Exemption[] = [];
  readonly #lapsed: Exemption[] = [];
  readonly #malformed: ExemptionProblem[] = [];

  static readonly none = new Exemptions(undefined, [], "");

  /**
   * @param content The parsed file: `{ exemptions: [...] }`. An empty file has none.
   * @param rules The rules that there are.
   * @param today `YYYY-MM-DD`.
   */
  constructor(content: unknown, rules: readonly Rule[], today: string) {
    if (content === undefined || content === null) return;
    if (!isObject(content) || !Array.isArray(content.exemptions) || Object.keys(content).length !== 1) {
      this.#malformed.push({ message: "the file must hold one list, `exemptions:`, and nothing else." });
      return;
    }
    const seen = new Set<string>();
    content.exemptions.forEach((entry: unknown, index) => {
      const problems = problemsOf(entry, rules, today);
      const exemption = entry as Exemption;
      const key = problems.length === 0 ? [exemption.rule, exemption.resource, exemption.finding].join(" ") : "";
      if (key && seen.has(key)) problems.push("it repeats an exemption before it");
      seen.add(key);
      const urn = isObject(entry) && typeof entry.resource === "string" ? entry.resource : undefined;
      for (const problem of problems) this.#malformed.push({ message: `exemptions[${index}]: ${problem}.`, urn });
      if (problems.length > 0) return;
      (exemption.expires < today ? this.#lapsed : this.#valid).push(exemption);
    });
  }

  /** A file that could not be read at all. */
  static broken(message: string): Exemptions {
    const exemptions = new Exemptions(undefined, [], "");
    exemptions.#malformed.push({ message });
    return exemptions;
  }

  /** The exemption that lets a violation pass, if there is one. */
  match(rule: string, urn: string, message: string): Exemption | undefined {
    return this.#valid.find(
      (one) =>
        one.rule === rule && one.resource === urn && (one.finding === undefined || message.includes(one.finding)),
    );
  }

  /**
   * What is wrong, from the view of one stack: malformed entries wherever they belong, lapsed and unused ones of this
   * stack only.
   *
   * @param stack The beginning of the URNs of the stack, `urn:pulumi:STACK::PROJECT::`.
   * @param isUnused Whether an exemption had its chance and was not needed.
   */
  problems(stack: string, isUnused: (exemption: Exemption) => boolean): ExemptionProblem[] {
    const own = (list: readonly Exemption[]) => list.filter(({ resource }) => resource.startsWith(stack));
    return [
      ...this.#malformed,
      ...own(this.#lapsed).map(({ rule, resource, expires, owner }) => ({
        message: `The exemption from ${rule} lapsed on ${expires}; renew or remove it (owner: ${owner}).`,
        urn: resource,
      })),
      ...own(this.#valid)
        .filter(isUnused)
        .map(({ rule, resource, owner }) => ({
          message: `The exemption from ${rule} is not needed: remove it (owner: ${owner}).`,
          urn: resource,
        })),
    ];
  }
}

/** `urn:pulumi:STACK::PROJECT::` of a URN. */
export function stackOf(urn: string): string {
  return /^urn:pulumi:.*?::.*?::/.exec(urn)?.[0] ?? "";
}

/** Type token of a whole URN, without the types of its parents; undefined where a part is missing or a pattern. */
function typeOf(urn: string): string | undefined {
  const [stack = "", project, types = "", ...name] = urn.split("::");
  const type = types.split("$").at(-1)!;
  const whole =
    /^urn:pulumi:[^:*]+$/.test(stack) && project && /^[^:]+:[^:]+:[^:]+$/.test(type) && name.join("") !== "";
  return whole ? type : undefined;
}

function problemsOf(entry: unknown, rules: readonly Rule[], today: string): string[] {
  if (!isObject(entry)) return [`a mapping of ${fields.join(", ")} is expected`];
  const problems = Object.keys(entry)
    .filter((key) => !(fields as readonly string[]).includes(key))
    .map((key) => `"${key}" is no field; there are ${fields.join(", ")}`);
  const texts: Partial<Record<(typeof fields)[number], string>> = {};
  for (const field of fields) {
    const value = entry[field];
    if (value === undefined && field === "finding") continue;
    if (typeof value !== "string" || value.trim() === "") problems.push(`${field} is missing, or no text`);
    else texts[field] = value;
  }
  const { rule, resource, reason, expires } = texts;
  const exempted = rules.find(({ id }) => id === rule);
  if (rule && !exempted) problems.push(`rule "${rule}" does not exist`);
  const type = resource && typeOf(resource);
  if (resource && !type)
    problems.push(`resource "${resource}" is not a whole URN (urn:pulumi:STACK::PROJECT::TYPE::NAME)`);
  if (exempted && type && !appliesTo(exempted, type))
    problems.push(`rule ${exempted.id} does not judge resources of type ${type}`);
  if (reason && reason.trim().length < shortestReason)
    problems.push(`reason "${reason}" is shorter than ${shortestReason} characters`);
  if (expires) problems.push(...problemsOfDate(expires, today));
  return problems;
}

function problemsOfDate(expires: string, today: string): string[] {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(expires) ? Date.parse(`${expires}T00:00:00Z`) : NaN;
  // JavaScript moves 31 June to 1 July.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== expires) {
    return [`expires "${expires}" is no date (YYYY-MM-DD)`];
  }
  const days = (time - Date.parse(`${today}T00:00:00Z`)) / 86_400_000;
  return days > longestDays ? [`expires "${expires}" is more than ${longestDays} days ahead`] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
