import type { Piece } from "./convert";

/**
 * Finds the property that a complaint is about. Terraform often points at a whole block, so that the arguments and
 * the values that the message quotes are looked for in it.
 *
 * @param pieces The pieces that Terraform points at, from the resource's body to the innermost
 * @returns Pulumi's path; empty for the resource as a whole
 */
export function propertyOf(pieces: readonly Piece[], message: string): string {
  const pointed = pieces.at(-1);
  if (!pointed) return "";
  if (isValue(pointed)) return pointed.path;
  const scopes = [...pieces].reverse();
  for (const names of namesIn(message)) {
    for (const scope of scopes) {
      for (const name of names) {
        const path = givenArgument(scope, name, message) ?? absentArgument(scope, name);
        if (path !== undefined) return path;
      }
    }
  }
  const quoted = inside(pointed).filter((piece) => isValue(piece) && quotes(message, piece) && isTelling(piece));
  return quoted.length === 1 ? quoted[0]!.path : pointed.path;
}

/** Names that a message may be about: first those marked as names, then every word. */
function namesIn(message: string): string[][] {
  const marked = message.matchAll(/["`']([a-z]\w*)["`']|\bexpected (?:length of )?(?:\w+\.)*(\w+) to|\b(\w+_\w+)\b/g);
  const words = message.matchAll(/\b[a-z]\w*\b/g);
  return [[...marked].map((match) => match[1] ?? match[2] ?? match[3] ?? ""), [...words].map(([word]) => word)];
}

function givenArgument(scope: Piece, name: string, message: string): string | undefined {
  const given = inside(scope).filter(({ argument, content }) => argument === name && content !== null);
  const quoted = given.filter((piece) => isValue(piece) && quotes(message, piece));
  if (quoted.length > 0) return quoted[0]!.path;
  const paths = new Set(given.map(({ path }) => path));
  // One argument, though perhaps with many items.
  const outermost = given[0]?.path ?? "";
  return paths.size > 0 && [...paths].every((path) => path.startsWith(outermost)) ? outermost : undefined;
}

function absentArgument({ block, path, content }: Piece, name: string): string | undefined {
  const argument = block?.arguments.get(name);
  if (!argument || !(content instanceof Map) || content.has(name)) return undefined;
  return path ? `${path}.${argument.pulumi}` : argument.pulumi;
}

/** Every piece inside a piece, itself excluded, outer ones first. */
function inside({ content }: Piece): Piece[] {
  const children = content instanceof Map ? [...content.values()] : Array.isArray(content) ? content : [];
  return children.flatMap((child) => [child, ...inside(child)]);
}

function isValue({ content }: Piece): boolean {
  return !(content instanceof Map) && !Array.isArray(content);
}

/** Whether a message shows a piece's value; true and false stand in too many messages to mean anything. */
function quotes(message: string, { content }: Piece): boolean {
  if (typeof content !== "string" && typeof content !== "number") return false;
  const text = String(content);
  const at = message.indexOf(text);
  if (text === "" || at < 0) return false;
  return !/[\w-]/.test(message[at - 1] ?? "") && !/[\w-]/.test(message[at + text.length] ?? "");
}

function isTelling({ content }: Piece): boolean {
  return String(content).length > 3;
}
