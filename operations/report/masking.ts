import { Resource, type ResourceData } from "../../policies/resource";
import { isSecretPlace, secretIn, secretProperties } from "../../policies/secret-material";
import { findSecret } from "../../policies/secret-scan";
import { isSecretValue } from "../rehearse/state";
import type { RawResource } from "./raw";

/** What stands in place of a secret. */
export const MARK = "[secret]";

/** Shorter values would be found anywhere by chance. */
const SHORTEST = 6;

/** Names of fields whose texts are secret inside a secret's JSON text; the others are user names and addresses. */
const SECRET_FIELD = /pass|secret|token|key|credential/i;

/**
 * Keeps secrets out of a report: those that the state marks, those in places made for one, those that look like one,
 * and every copy of any of them anywhere else.
 */
export class Mask {
  readonly #known = new Set<string>();
  #pattern: RegExp | undefined;
  #secrets: readonly { value: string }[] = [];

  /** Learns the secrets of the resources of one or more states. */
  constructor(resources: readonly RawResource[]) {
    for (const resource of resources) {
      const generated = secretProperties[resource.type] ?? [];
      for (const properties of [resource.inputs, resource.outputs]) {
        for (const [property, value] of Object.entries(properties ?? {})) {
          if (generated.includes(property)) this.#learnAll(value);
          this.property(resource, property, value);
        }
      }
    }
    const forms = [...this.#known].sort((a, b) => b.length - a.length);
    this.#secrets = forms.map((value) => ({ value }));
    if (forms.length > 0) this.#pattern = new RegExp(forms.map(escapeRegExp).join("|"), "g");
  }

  /** A property of a resource without its secrets. */
  property(resource: RawResource, property: string, value: unknown): unknown {
    const isPlace =
      isSecretPlace(new Resource(dataOf(resource)), property) ||
      (resource.additionalSecretOutputs ?? []).includes(property) ||
      (secretProperties[resource.type] ?? []).includes(property);
    if (!isPlace) return this.value(property, value);
    // A place can hold more than the secret, such as its kind; none of that is looked for elsewhere.
    if (typeof value === "object" && !Array.isArray(value) && !isSecretValue(value)) this.#learnFields(value);
    else this.#learnAll(value);
    return MARK;
  }

  /** A value that goes by a name, without its secrets. */
  value(name: string, value: unknown): unknown {
    if (isSecretValue(value)) {
      this.#learnAll(value);
      return MARK;
    }
    if (typeof value === "string") return this.#textOf(name, value);
    if (Array.isArray(value)) return value.map((inner) => this.value(name, inner));
    if (typeof value !== "object" || value === null) return value;
    const { name: itsName, key } = value as Record<string, unknown>;
    // A pair of name and value goes by what its name says.
    const called = [itsName, key].find((text) => typeof text === "string");
    return Object.fromEntries(
      Object.entries(value)
        .filter(([field]) => !field.startsWith("__"))
        .map(([field, inner]) => [field, this.value(field === "value" && called ? String(called) : field, inner)]),
    );
  }

  /** Anything made of texts, in each of which every copy of a secret is replaced. */
  everywhere<T>(value: T): T {
    if (typeof value === "string") return this.#withoutCopies(value) as T;
    if (Array.isArray(value)) return value.map((inner: unknown) => this.everywhere(inner)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.#withoutCopies(key), this.everywhere(inner as unknown)]),
    ) as T;
  }

  #textOf(name: string, text: string): string {
    const parsed = jsonIn(text);
    // Text inside a document is looked at piece by piece, so that the rest of the document stays readable.
    if (parsed !== undefined) {
      const masked = this.value(name, parsed);
      return JSON.stringify(masked) === JSON.stringify(parsed) ? text : JSON.stringify(masked);
    }
    const decoded = decodedText(text);
    const looksLikeOne =
      findSecret(name, text, "full") ??
      (text.includes("\n") ? findSecret("", text, "lines") : undefined) ??
      (decoded === undefined ? undefined : findSecret("", decoded, "lines"));
    if (looksLikeOne === undefined) return text;
    this.#learn(text);
    return MARK;
  }

  #learnAll(value: unknown): void {
    if (typeof value === "string") {
      this.#learn(value);
      const document = jsonIn(value);
      if (document !== undefined) this.#learnFields(document);
    } else if (isSecretValue(value)) {
      const { plaintext, value: inner } = value as Record<string, unknown>;
      this.#learnAll(typeof plaintext === "string" ? (jsonIn(plaintext, true) ?? plaintext) : inner);
    } else if (typeof value === "object" && value !== null)
      Object.values(value).forEach((each) => this.#learnAll(each));
  }

  #learnFields(document: unknown): void {
    if (typeof document !== "object" || document === null) return;
    for (const [field, inner] of Object.entries(document)) {
      if (SECRET_FIELD.test(field) || isSecretValue(inner)) this.#learnAll(inner);
      else this.#learnFields(inner);
    }
  }

  #learn(value: string): void {
    if (value.length < SHORTEST || value === MARK) return;
    const wellFormed = value.replace(/\p{Surrogate}/gu, "\ufffd");
    for (const form of [value, encodeURIComponent(wellFormed), JSON.stringify(value).slice(1, -1)]) {
      this.#known.add(form);
    }
  }

  #withoutCopies(text: string): string {
    if (!this.#pattern) return text;
    const replaced = text.replace(this.#pattern, MARK);
    // What is left can still hold one in base64.
    return secretIn(replaced, this.#secrets) ? MARK : replaced;
  }
}

function dataOf({ type, urn, inputs = {} }: RawResource): ResourceData {
  return { type, urn, name: "", properties: inputs };
}

/** The object or list that a text is the JSON of; with `any`, any other value as well. */
function jsonIn(text: string, any = false): unknown {
  if (!any && !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What a text is the base64 of, where that is text. */
function decodedText(text: string): string | undefined {
  const compact = text.replace(/\s/g, "");
  if (compact.length < 16 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  const bytes = Buffer.from(compact, "base64").toString("utf8");
  return /[^\x09\x0a\x0d\x20-\x7e]/.test(bytes) ? undefined : bytes;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
