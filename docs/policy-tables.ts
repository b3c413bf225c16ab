import { guards } from "../policies/guards";
import type { Family, Rule } from "../policies/rule";
import PEER_RULES from "./peer-rules.json";

/** A rule that other packs have (`1` to `97`), or a group of rules that none has (`A1` to `A19`). */
export interface PeerRule {
  readonly row: string;
  /** Whether a pack for this kind of deployment must have it. */
  readonly starred?: boolean;
  readonly name: string;
  readonly about: string;
  /** Rules and guards of this pack that hold the same. */
  readonly rules: readonly string[];
  readonly leftOut?: string;
}

/** What other packs have: awsguard, compliance-policies, cdk-nag, checkov, Trivy, Prowler and Security Hub. */
export const PEERS: readonly PeerRule[] = PEER_RULES;

const FAMILIES: Readonly<Record<Family, string>> = {
  encryption: "Encryption",
  versioning: "Versions and copies",
  "public-access": "Public access",
  network: "Network",
  secrets: "Secrets",
  "data-safety": "Safety of data",
  identity: "Identity and permissions",
  observability: "Logs, alarms and audit",
  availability: "Availability",
  cost: "Cost",
};

/** One table of rules for each family, with everything that a rule says of itself. */
export function rulesTables(rules: readonly Rule[]): string {
  return Object.entries(FAMILIES)
    .map(([family, title]) => ({ title, own: rules.filter((rule) => rule.family === family) }))
    .filter(({ own }) => own.length > 0)
    .map(({ title, own }) =>
      [
        `### ${title}\n`,
        "| rule | what holds | level | answers | how to comply |",
        "| --- | --- | --- | --- | --- |",
        ...own.map(
          ({ id, url, title, enforcement, severity, controls, remediation }) =>
            `| [\`${id}\`](${url}) | ${cell(title)} | ${enforcement}, ${severity} | ${controlIds(controls)} | ${cell(remediation)} |`,
        ),
      ].join("\n"),
    )
    .join("\n\n");
}

function controlIds({ fsbp = [], cis = [], wellArchitected }: Rule["controls"]): string {
  return [...fsbp, ...cis.map((id) => `CIS ${id}`), ...wellArchitected].join(", ");
}

/** The policies that watch over a run. */
export function guardsTable(): string {
  return [
    "| policy | what holds | level |",
    "| --- | --- | --- |",
    ...guards.map(({ id, title, enforcement }) => `| \`${id}\` | ${cell(title)} | ${enforcement} |`),
  ].join("\n");
}

/** Every parameter that can be configured. */
export function parametersTable(rules: readonly Rule[]): string {
  return [
    "| rule | parameter | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rules.flatMap(({ id, parameters = {} }) =>
      Object.entries(parameters).map(
        ([name, { default: value, description }]) =>
          `| \`${id}\` | \`${name}\` | \`${cell(JSON.stringify(value))}\` | ${cell(description)} |`,
      ),
    ),
  ].join("\n");
}

/** Controls of the frameworks with the rules that answer them. */
export function controlsTable(rules: readonly Rule[]): string {
  const frameworks: [string, (rule: Rule) => readonly string[]][] = [
    ["FSBP", ({ controls }) => controls.fsbp ?? []],
    ["CIS AWS Foundations 5.0", ({ controls }) => controls.cis ?? []],
  ];
  const rows = frameworks.flatMap(([framework, idsOf]) =>
    [...new Set(rules.flatMap(idsOf))]
      .sort((left, right) => left.localeCompare(right, "en", { numeric: true }))
      .map((control) => {
        const answering = rules.filter((rule) => idsOf(rule).includes(control)).map(({ id }) => `\`${id}\``);
        return `| ${framework} ${control} | ${answering.join(", ")} |`;
      }),
  );
  return ["| control | rules |", "| --- | --- |", ...rows].join("\n");
}

/** Rules of other packs, and groups that none of them has, with the rules here that hold the same. */
export function peersTable(): string {
  return [
    "| | rule of others | what it holds | rules here |",
    "| --- | --- | --- | --- |",
    ...PEERS.filter(({ rules }) => rules.length > 0).map(
      ({ row, starred, name, about, rules }) =>
        `| ${row}${starred ? " ★" : ""} | ${name} | ${cell(about)} | ${rules.map((id) => `\`${id}\``).join(", ")} |`,
    ),
  ].join("\n");
}

/** Rules of other packs that this one has not, with the reason. */
export function leftOutTable(): string {
  return [
    "| | rule of others | what it holds | why it is left out |",
    "| --- | --- | --- | --- |",
    ...PEERS.flatMap(({ row, name, about, leftOut }) =>
      leftOut === undefined ? [] : [`| ${row} | ${name} | ${cell(about)} | ${cell(leftOut)} |`],
    ),
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
