import { Expression, type Piece } from "./convert";

/** One resource of a Terraform document. */
export interface Entry {
  /** The Terraform type. */
  type: string;
  /** The resource's name in Terraform; unique in the document. */
  label: string;
  body: Piece;
}

/** A Terraform JSON document that knows, line by line, what it was made from. */
export interface TerraformDocument<E extends Entry = Entry> {
  text: string;
  /**
   * The entry on each line, and its pieces from the outermost to the one that the line belongs to. Index 0 is the
   * first line.
   */
  lines: ({ entry: E; pieces: Piece[] } | undefined)[];
}

/** Writes resources as Terraform JSON, each value on lines of its own. */
export function writeDocument<E extends Entry>(entries: readonly E[]): TerraformDocument<E> {
  const texts = ['{"resource": ['];
  const lines: TerraformDocument<E>["lines"] = [undefined];
  for (const [index, entry] of entries.entries()) {
    const add = (text: string, pieces: Piece[]): void => {
      texts.push(text);
      lines.push({ entry, pieces });
    };
    const write = (before: string, piece: Piece, outer: Piece[], after: string): void => {
      const pieces = [...outer, piece];
      const { content } = piece;
      if (!(content instanceof Map || Array.isArray(content))) {
        add(`${before}${scalar(content)}${after}`, pieces);
        return;
      }
      const [open, close] = Array.isArray(content) ? "[]" : "{}";
      add(`${before}${open}`, pieces);
      const inner = Array.isArray(content)
        ? content.map((item) => ["", item] as const)
        : [...content].map(([key, item]) => [`${scalar(key)}: `, item] as const);
      inner.forEach(([name, item], at) => {
        write(name, item, pieces, at < inner.length - 1 ? "," : "");
      });
      add(`${close}${after}`, pieces);
    };
    const last = index === entries.length - 1;
    write(`{"${entry.type}": {"${entry.label}": `, entry.body, [], `}}${last ? "" : ","}`);
  }
  texts.push("]}");
  return { text: `${texts.join("\n")}\n`, lines };
}

function scalar(content: null | boolean | number | string | Expression): string {
  if (content instanceof Expression) return JSON.stringify(content.text);
  // Terraform reads texts as templates.
  return JSON.stringify(typeof content === "string" ? content.replace(/[$%](?=\{)/g, "$&$&") : content);
}
