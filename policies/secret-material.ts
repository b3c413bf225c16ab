import { isUnknown, read } from "./read";
import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

/** What makes or holds secret values, and where they stand in it. */
export const secretProperties: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomPassword:RandomPassword": ["result"],
  "random:index/randomBytes:RandomBytes": ["base64", "hex"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString"],
  "aws:iam/accessKey:AccessKey": ["secret", "sesSmtpPasswordV4"],
  "aws:iam/userLoginProfile:UserLoginProfile": ["password"],
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": ["servicePassword"],
  "aws:rds/instance:Instance": ["password"],
  "aws:rds/cluster:Cluster": ["masterPassword"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["authToken"],
  "tls:index/privateKey:PrivateKey": ["privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"],
};

/** Those of them that others may rightly refer to, by ARN or address. The rest makes nothing but secrets. */
export const referenceTypes: ReadonlySet<string> = new Set([
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:iam/accessKey:AccessKey",
  "aws:iam/userLoginProfile:UserLoginProfile",
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
  "tls:index/privateKey:PrivateKey",
]);

/** Properties of AWS resources that are there for a secret: the provider keeps them encrypted in state. */
const secretPlaces =
  /^(secretString|secretBinary|password|masterPassword|masterUserPassword|passwords|authenticationMode|authToken|privateKey|secret|sesSmtpPasswordV4|servicePassword|\w+Wo)$/;

/** Whether a property of a resource is a secret's place. */
export function isSecretPlace(resource: Resource, property: string): boolean {
  if (resource.type === "aws:ssm/parameter:Parameter" && property === "value") {
    const type = resource.read("type");
    return type.state !== "known" || type.value === "SecureString";
  }
  return secretPlaces.test(property);
}

/** One known secret value, in one of the forms that it takes, and the resource that it is of. */
export interface Secret {
  holder: Resource;
  value: string;
}

/** Shorter values would be found anywhere by chance. */
const shortest = 8;

const known = new WeakMap<StackIndex, Secret[]>();

/** The secret values of a stack that are known: those of generators and holders, and those inside a JSON text. */
export function secretsOf(stack: StackIndex): Secret[] {
  let secrets = known.get(stack);
  if (!secrets) {
    const holders = stack.ofType(Object.keys(secretProperties));
    secrets = holders.flatMap((holder) => material(holder).map((value) => ({ holder, value })));
    known.set(stack, secrets);
  }
  return secrets;
}

/** The secret that a text holds, as it is, written for an address, or in base64. */
export function secretIn<T extends Pick<Secret, "value">>(text: string, secrets: readonly T[]): T | undefined {
  if (secrets.length === 0) return undefined;
  const found = secrets.find(({ value }) => text.includes(value));
  if (found || text.length < 12) return found;
  for (const [token] of text.matchAll(/[A-Za-z0-9+/]{12,}={0,2}/g)) {
    const decoded = Buffer.from(token, "base64").toString("utf8");
    const inside = secrets.find(({ value }) => decoded.includes(value));
    if (inside) return inside;
  }
  return undefined;
}

function material(resource: Resource): string[] {
  const values = (secretProperties[resource.type] ?? []).flatMap((property) => {
    const reading = read(resource.properties, property);
    if (reading.state !== "known" || typeof reading.value !== "string" || isUnknown(reading.value)) return [];
    return [reading.value, ...inside(reading.value)];
  });
  const forms = values.flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
  return [...new Set(forms)].filter((value) => value.length >= shortest);
}

/** The fields of a secret's JSON text whose names say that they are secret; others are user names and addresses. */
function inside(text: string): string[] {
  if (!text.startsWith("{")) return [];
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([name, value]) =>
      typeof value === "string" && /pass|secret|token|key|credential/i.test(name) ? [value] : [],
    );
  } catch {
    return [];
  }
}

/** Every known text inside a value, with its path. */
export function* textsIn(value: unknown, path: string): Generator<{ path: string; text: string }> {
  if (typeof value === "string") {
    if (!isUnknown(value)) yield { path, text: value };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* textsIn(inner, path ? `${path}.${key}` : key);
  }
}

/** Whether a value, or a part of it, is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsUnknown);
  return isUnknown(value);
}
