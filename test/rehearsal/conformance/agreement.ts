import { type Answers, edited, type Inputs, type Judge, type Probe } from "./probes";

/** What can be agreed on, apart: who refuses everything agrees on every refusal. */
export const aspects = ["refusals", "acceptances", "updates", "replacements"] as const;

export type Aspect = (typeof aspects)[number];

/** How often a judge says what the provider says. */
export type Agreement = Record<Aspect, { agreed: number; asked: number }>;

/** A probe that a judge and the provider answer differently. */
export interface Disagreement {
  type: string;
  aspect: Aspect;
  /** The properties that the probe changes. */
  paths: string[];
  base: Inputs;
  edits: Probe["edits"];
  provider: string;
  judge: string;
  /** What the judge says against it. */
  messages: string[];
}

/** Puts the probes of a type before a judge and compares its answers with the provider's. */
export async function compare(
  type: string,
  { bases, probes }: Answers,
  judge: Judge,
): Promise<{ agreement: Agreement; disagreements: Disagreement[] }> {
  const agreement = none();
  const disagreements: Disagreement[] = [];
  for (const { base: index, edits, verdict, to, back } of probes) {
    const { inputs: base, outputs } = bases[index]!;
    const inputs = edited(base, edits);
    const note = (aspect: Aspect, provider: string, judged: string, messages: string[] = []) => {
      agreement[aspect].asked++;
      if (provider === judged) agreement[aspect].agreed++;
      else
        disagreements.push({ type, aspect, paths: Object.keys(edits), base, edits, provider, judge: judged, messages });
    };
    const judged = await judge.verdict(type, inputs);
    note(verdict === "refused" ? "refusals" : "acceptances", verdict, judged.verdict, judged.messages);
    const directions = [
      ["", to, base, inputs],
      [" back", back, inputs, base],
    ] as const;
    for (const [direction, change, before, after] of directions) {
      if (!change || change === "unjudged") continue;
      const aspect = change === "replace" ? "replacements" : "updates";
      note(aspect, change + direction, (await judge.change(type, before, after, outputs)) + direction);
    }
  }
  return { agreement, disagreements };
}

export function none(): Agreement {
  return Object.fromEntries(aspects.map((aspect) => [aspect, { agreed: 0, asked: 0 }])) as Agreement;
}

/** Adds one agreement to another. */
export function add(sum: Agreement, other: Agreement): Agreement {
  for (const aspect of aspects) {
    sum[aspect].agreed += other[aspect].agreed;
    sum[aspect].asked += other[aspect].asked;
  }
  return sum;
}

/** Part of the answers that agree; 1 where nothing was asked. */
export function share({ agreed, asked }: Agreement[Aspect]): number {
  return asked === 0 ? 1 : agreed / asked;
}

/** A table with a line per type and a sum. */
export function formatAgreements(agreements: ReadonlyMap<string, Agreement>): string {
  const sum = [...agreements.values()].reduce(add, none());
  const width = Math.max(...[...agreements.keys()].map((type) => type.length));
  const cell = ({ agreed, asked }: Agreement[Aspect]): string =>
    asked === 0 ? "-" : `${agreed}/${asked} ${(Math.floor((1000 * agreed) / asked) / 10).toFixed(1)}%`;
  const line = (title: string, cells: string[]): string =>
    [title.padEnd(width), ...cells.map((text) => text.padStart(20))].join(" ");
  return [
    line("", [...aspects]),
    ...[...agreements, ["all", sum] as const].map(([type, agreement]) =>
      line(
        type,
        aspects.map((aspect) => cell(agreement[aspect])),
      ),
    ),
  ].join("\n");
}
