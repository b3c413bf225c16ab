/**
 * How much of a value is looked at: `shape` only for forms that are secrets wherever they stand; `name` also for names
 * that say so; `full` also for randomness; `lines` for scripts, where names and values stand in assignments.
 */
export type Depth = "shape" | "name" | "full" | "lines";

/** Forms that credentials have wherever they stand. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "holds a private key"],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, "holds an AWS access key"],
  [/\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/, "holds a JSON web token"],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,})/,
    "holds a code host's token",
  ],
  [/\bxox[abeprs]-[A-Za-z0-9-]{10,}/, "holds a Slack token"],
  [/hooks\.slack\.com\/services\/T[A-Za-z0-9]+\/B[A-Za-z0-9]+\/[A-Za-z0-9]+/, "holds a Slack webhook"],
  [/\bsk-(?:[A-Za-z]+-)*[A-Za-z0-9_-]{20,}/, "holds an API key"],
  [/\b[sr]k_live_[A-Za-z0-9]{16,}/, "holds an API key"],
  [/\bAIza[A-Za-z0-9_-]{35}/, "holds an API key"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\/\/)[^\s/@]+@/i, "holds a URL with a password"],
  [/(?:^|[\s;&?])(?:password|passwd|pwd)=(?!\s|$|[$%{<*&;])[^\s;&]{3,}/i, "holds a connection string with a password"],
];

/** Names, in upper snake case, whose value is a secret when it is no reference. */
const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|PWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION|AUTH|MASTER|LICENSE)_?KEY|PEPPER|SALT)(?:_?\d+)?$/;

/**
 * Why a value looks like a secret, as the end of a sentence that starts with its place, or undefined when it does not.
 * Never contains any part of the value.
 */
export function findSecret(name: string, value: string, depth: Depth): string | undefined {
  const text = value.trim();
  // References are what a secret's place should hold.
  if (isReference(text)) return undefined;
  const shape = shapes.find(([pattern]) => pattern.test(text));
  if (shape) return shape[1];
  if (depth === "shape") return undefined;
  if (depth === "lines") return findInLines(text);
  if (secretName.test(snakeCase(name)) && isLiteral(text)) return "is named like a secret and holds a literal";
  if (depth === "full" && randomTokens(text)) return "holds what looks like a random key";
  return undefined;
}

/** Assignments of a script: `export DB_PASSWORD=…`, `password: …`, `"token": "…"`. */
function findInLines(text: string): string | undefined {
  for (const match of text.matchAll(/([A-Za-z_][A-Za-z0-9_.-]*)["']?\s*[:=]\s*["']?([^\s"',;}]+)/g)) {
    const [, name = "", value = ""] = match;
    if (secretName.test(snakeCase(name)) && !isReference(value) && isLiteral(value)) {
      return `assigns a literal to ${name}`;
    }
  }
  return randomTokens(text) ? "holds what looks like a random key" : undefined;
}

/** `dbPassword` and `db-password` as `DB_PASSWORD`. */
function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}

/** Whether a text is an ARN, a dynamic reference or a path: what stands where a secret must not. */
export function isReference(text: string): boolean {
  return (
    /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:\S+$/.test(text) ||
    /^\{\{resolve:(secretsmanager|ssm|ssm-secure):[^}]+\}\}$/.test(text) ||
    /^\/[\w.-]+(\/[\w.-]+)*$/.test(text)
  );
}

/** Whether a value under a secret's name is a secret and not a switch, a number, a variable or a mask. */
function isLiteral(text: string): boolean {
  if (text.length < 4 || /^(true|false|none|null|undefined|enabled|disabled|required|optional)$/i.test(text))
    return false;
  if (/^\d{1,6}$/.test(text) || /^[*x.]+$/i.test(text)) return false;
  return !/^(\$|%|<|\{\{|`)/.test(text);
}

/** Whether a text contains a token with all kinds of characters and no order in them. */
function randomTokens(text: string): boolean {
  // ARNs and addresses hold account ids, hashes and names that only look random.
  const rest = text.replace(/\barn:aws[^\s"',]*/g, " ").replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"',]+/gi, " ");
  return (rest.match(/[A-Za-z0-9+/_=-]{24,}/g) ?? []).some(
    (token) => /[a-z]/.test(token) && /[A-Z]/.test(token) && /\d/.test(token) && !isWords(token) && entropy(token) >= 4,
  );
}

/** Whether most of a token is made of words, as names in paths and class names are. */
function isWords(token: string): boolean {
  const words = token.match(/[A-Z]?[a-z]{3,}/g) ?? [];
  return words.join("").length > token.length / 2;
}

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
