import type { Aspect, Disagreement } from "./agreement";

/** A row of the table in docs/rehearsal.md that says where the stand-in and the provider differ, and why. */
export interface Explanation {
  type: string;
  /** Pulumi's path with `[*]` for items. */
  property: string;
  aspect: Aspect;
  /** Whether so many answers of the type differ in this aspect that less than 99 % agree. */
  below: boolean;
  /** Whether only the newer provider behind @pulumi/aws does what the stand-in does. */
  newer: boolean;
}

/** Reads the rows of the table whose head is `type | property | differ on | …`. */
export function readExplanations(markdown: string): Explanation[] {
  const lines = markdown.split("\n");
  const head = lines.findIndex((line) => /^\|\s*type\s*\|\s*property\s*\|\s*differ on\s*\|/.test(line));
  if (head < 0) throw new Error("docs/rehearsal.md has no table with the head: type | property | differ on");
  const rows: Explanation[] = [];
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith("|")) break;
    const [, type = "", properties = "", differ = "", why = ""] = line.split("|").map((cell) => cell.trim());
    const [aspect, below] = differ.split(", ");
    for (const property of properties.split(",")) {
      rows.push({
        type: type.replaceAll("`", ""),
        property: property.trim().replaceAll("`", ""),
        aspect: aspect as Aspect,
        below: below === "below 99 %",
        newer: /^newer/i.test(why),
      });
    }
  }
  return rows;
}

/** Whether a row explains a disagreement. */
export function explains({ type, property, aspect }: Explanation, one: Disagreement): boolean {
  // What the stand-in refuses and the provider does not is told by what the stand-in complains about.
  const paths = one.aspect === "acceptances" ? one.messages.map((text) => text.slice(0, text.indexOf(":"))) : one.paths;
  const named = paths.some((path) => {
    const pattern = path.replace(/\[\d+\]/g, "[*]");
    return pattern === property || pattern.startsWith(`${property}.`) || pattern.startsWith(`${property}[`);
  });
  return type === one.type && aspect === one.aspect && named;
}
