/**
 * How much of a value is looked at: `shape` only for forms that are secrets wherever they stand; `name` also for names
 * that say so; `full` also for randomness; `lines` for scripts, where names and values stand in assignments;
 * `containers` for the JSON of container definitions, each with a list of names and values.
 */
export type Depth = "shape" | "name" | "full" | "lines" | "containers";

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

/** Some of what every one of those forms holds, for a look that costs next to nothing. */
const traces =
  /PRIVATE KEY|AKIA|ASIA|eyJ|gh[pousr]_|github_pat_|glpat-|xox|hooks\.slack|sk-|k_live_|AIza|:\/\/[^\s/]*@|(?:password|passwd|pwd)=/i;

/** Whether a text is worth looking for the forms of credentials. */
export function mayHoldSecret(text: string): boolean {
  return traces.test(text);
}

/** Names, in upper snake case, whose value is a secret when it is no reference. */
const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|PWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION|AUTH|MASTER|LICENSE)_?KEY|PEPPER|SALT)(?:_?\d+)?$/;

/** Names, in upper snake case, whose value is meant to be seen however random it looks. */
const publicName =
  /(?:^|_)(?:PUBLIC|PUBLISHABLE|SITE_?KEY|FINGERPRINT|CHECKSUM|DIGEST|INTEGRITY|HASH|ETAG|COMMIT|REVISION)(?:_|$)/;

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
  if (depth === "containers") return findInContainers(text);
  if (publicName.test(snakeCase(name))) return undefined;
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

/** The environments of containers, as JSON: `[{ "environment": [{ "name": …, "value": … }] }]`. */
function findInContainers(text: string): string | undefined {
  let containers: unknown;
  try {
    containers = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const container of Array.isArray(containers) ? (containers as { environment?: unknown }[]) : []) {
    const variables = Array.isArray(container?.environment) ? (container.environment as Record<string, unknown>[]) : [];
    for (const { name, value } of variables) {
      const reason = findSecret(String(name), String(value), "full");
      if (reason) return `has a variable ${String(name)} that ${reason}`;
    }
  }
  return undefined;
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

/** What looks random and is public: names of AWS's, addresses, certificates, public keys, checksums, ids. */
const publicLookalikes: readonly RegExp[] = [
  /\barn:aws[^\s"',]*/g,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"',]+/gi,
  /-----BEGIN (?:CERTIFICATE|PUBLIC KEY|CERTIFICATE REQUEST)-----[\s\S]*?-----END [A-Z ]+-----/g,
  /\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-ssh-\S+) [A-Za-z0-9+/=]+/g,
  /\bsha(?:256|384|512)[-:][A-Za-z0-9+/=]+/g,
  /\b(?:app|net|gwy|targetgroup)\/[\w-]+\/[0-9a-f]{16}\b/g,
  /\bvo_[A-Za-z0-9]{22}\b/g,
];

/** Whether a text contains a token with all kinds of characters and no order in them. */
function randomTokens(text: string): boolean {
  const rest = publicLookalikes.reduce((left, pattern) => left.replace(pattern, " "), text);
  return (rest.match(/[A-Za-z0-9+/_=-]{24,}/g) ?? []).flatMap(partsOf).some(isRandom);
}

function isRandom(token: string): boolean {
  return (
    token.length >= 24 &&
    /[a-z]/.test(token) &&
    /[A-Z]/.test(token) &&
    /\d/.test(token) &&
    !isWords(token) &&
    entropy(token) >= 4 &&
    !isEncodedText(token)
  );
}

/** The parts of a token that has a word among them, as names that AWS makes up have; else the token as it is. */
function partsOf(token: string): string[] {
  const parts = token.split(/[-_]/);
  return parts.some((part) => /^[A-Za-z]?[a-z]{3,}$/.test(part)) ? parts : [token];
}

/** Whether a token is base64 of something that can be read, or of a picture, a certificate or an archive. */
function isEncodedText(token: string): boolean {
  if (token.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return false;
  const bytes = Buffer.from(token, "base64");
  const isFile = /^(\x89PNG|GIF8|\xff\xd8|PK\x03|\x1f\x8b|\x30\x82)/.test(bytes.toString("latin1"));
  return isFile || /^[\x09\x0a\x0d\x20-\x7e]+$/.test(bytes.toString("latin1"));
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
