import { clip } from "./output";

/** A table of a report, apart from how it is shown. */
export interface Table {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly align?: "left" | "right" }[];
  readonly rows: readonly (readonly string[])[];
  /** The last rows are sums. @default 0 */
  readonly sums?: number;
  /** Lines below it. */
  readonly notes?: readonly string[];
}

/** Text that a terminal shows as it is: control characters and those that turn the direction of text are replaced. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** Tables for a terminal of so many columns, or however wide they are. */
export function toText(tables: readonly Table[], width?: number): string {
  return `${tables.map((table) => textOf(table, width)).join("\n\n")}\n`;
}

function textOf({ title, columns, rows, sums = 0, notes = [] }: Table, width = Infinity): string {
  const lines = rows.map((row) => row.map(plain));
  const widths = columns.map(({ name }, index) =>
    Math.max(name.length, ...lines.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, index) =>
      columns[index]?.align === "right" ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
    );
    return clip(`  ${padded.join("  ")}`.trimEnd(), width);
  };
  const whole = widths.reduce((sum, each) => sum + each, 0) + 2 * (columns.length - 1);
  const rule = clip(`  ${"─".repeat(whole)}`, width);
  const body = lines.map(line);
  if (sums > 0) body.splice(body.length - sums, 0, rule);
  const head = columns.some(({ name }) => name !== "") ? [line(columns.map(({ name }) => name)), rule] : [];
  return [plain(title), ...head, ...body, ...notes.map((note) => `  ${plain(note)}`)].join("\n");
}

/** Lines for a terminal; nothing for none. */
export function linesToText(lines: readonly string[]): string {
  return lines.map((line) => `${plain(line)}\n`).join("");
}

/** Lines as a list in Markdown; nothing for none. */
export function linesToMarkdown(lines: readonly string[]): string {
  return lines.map((line) => `- ${escapeMarkdown(line)}\n`).join("");
}

/** Text that Markdown, and the HTML in it, shows as it is. */
export function escapeMarkdown(text: string): string {
  return plain(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_{}[\]|#~]/g, "\\$&");
}

/** Tables as Markdown. `level` is that of their headings; 0 leaves the headings out. */
export function toMarkdown(tables: readonly Table[], level = 3): string {
  return `${tables.map((table) => markdownOf(table, level)).join("\n\n")}\n`;
}

function markdownOf({ title, columns, rows, sums = 0, notes = [] }: Table, level: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const body = rows.map((row, index) => {
    const cells = row.map(escapeMarkdown);
    return line(index >= rows.length - sums ? cells.map((cell) => (cell === "" ? "" : `**${cell}**`)) : cells);
  });
  return [
    ...(level > 0 ? [`${"#".repeat(level)} ${escapeMarkdown(title)}`, ""] : []),
    line(columns.map(({ name }) => escapeMarkdown(name))),
    line(columns.map(({ align }) => (align === "right" ? "---:" : "---"))),
    ...body,
    ...(notes.length > 0 ? ["", linesToMarkdown(notes).trimEnd()] : []),
  ].join("\n");
}
