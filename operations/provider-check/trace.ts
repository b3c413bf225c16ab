import type { Piece } from "./convert";
import { camelCase } from "./names";

/**
 * Finds the property that a complaint is about. Terraform often points at a whole block, so that the arguments and
 * the values that the message quotes are looked for in it.
 *
 * @param pieces The pieces that Terraform points at, from the resource's body to the innermost
 * @param exists Whether the Pulumi resource has a property of that path
 * @returns Pulumi's path; empty for the resource as a whole
 */
export function propertyOf(pieces: readonly Piece[], message: string, exists: (path: string) => boolean): string {
  const pointed = pieces.at(-1);
  if (!pointed) return "";
  const [marked, words] = namesIn(message);
  if (pointed.argument !== undefined && pointed.argument === marked[0] && !quotes(message, pointed)) {
    // Not one of its items, unless the message shows which.
    const list = pieces.at(-2)?.argument === pointed.argument ? pieces.at(-2)! : pointed;
    return (inside(list).find((item) => item.argument === list.argument && quotes(message, item)) ?? list).path;
  }
  if (isValue(pointed)) return pointed.path;
  const scopes = [...pieces].reverse();
  for (const names of [marked, words]) {
    for (const scope of scopes) {
      for (const name of names) {
        const path = givenArgument(scope, name, message) ?? absentArgument(scope, name, exists);
        if (path !== undefined) return path;
      }
    }
  }
  const quoted = inside(pointed).filter((piece) => quotes(message, piece) && String(piece.content).length > 3);
  return quoted.length === 1 ? quoted[0]!.path : pointed.path;
}

/** Names that a message may be about: those marked as names, likeliest first, then every word. */
function namesIn(message: string): [marked: string[], words: string[]] {
  const marked = [
    ...message.matchAll(/\bPath: .*?(\w+) Given Value:/g),
    ...message.matchAll(/["`']([a-z]\w*)["`']|\bexpected (?:length of )?(?:\w+\.)*(\w+) to|\b(\w+_\w+)\b/g),
  ];
  const words = message.matchAll(/\b[a-z]\w*\b/g);
  return [marked.map(([, ...names]) => names.find(Boolean) ?? ""), [...words].map(([word]) => word)];
}

function givenArgument(scope: Piece, name: string, message: string): string | undefined {
  const given = inside(scope).filter(({ argument, content }) => argument === name && content !== null);
  const quoted = given.find((piece) => quotes(message, piece));
  if (quoted) return quoted.path;
  // Of several arguments of that name none can be told to be the one; the items of one argument begin with its path.
  const [first] = given;
  return first && given.every(({ path }) => path.startsWith(first.path)) ? first.path : undefined;
}

function absentArgument(
  { block, path, content }: Piece,
  name: string,
  exists: (path: string) => boolean,
): string | undefined {
  const argument = block?.arguments.get(name);
  if (!argument || !(content instanceof Map) || content.has(name)) return undefined;
  const spellings = [argument.pulumi, camelCase(name)].map((spelling) => (path ? `${path}.${spelling}` : spelling));
  return spellings.find(exists) ?? spellings[0];
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
