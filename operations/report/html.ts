/** Markup that is inserted as it stands; everything else is escaped. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Part = Markup | string | number | undefined | false | readonly Part[];

const compacted = new WeakMap<TemplateStringsArray, readonly string[]>();

/**
 * HTML or SVG in which every inserted text is escaped, so that a name full of markup shows as text. The indentation of
 * the source is left out.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let fixed = compacted.get(strings);
  if (!fixed) compacted.set(strings, (fixed = strings.map((text) => text.replace(/\s*\n\s*/g, "\n"))));
  let text = fixed[0]!;
  for (let index = 0; index < parts.length; index++) text += render(parts[index]) + fixed[index + 1]!;
  return new Markup(text);
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escapeHtml(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML, in an element or in a quoted attribute. Characters that turn the direction of text are made visible. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      "\n\t".includes(character) ? character : "\ufffd",
    )
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
