import { createHash } from "node:crypto";

/** The AWS partition of a region: `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The domain that a partition's service names end in. */
export function dnsSuffixOf(region: string): string {
  return partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/** Names of the availability zones of a region that are open to everybody. */
export function zonesOf(region: string): string[] {
  const letters = region === "us-east-1" ? "abcdef" : region === "us-west-2" ? "abcd" : "abc";
  return [...letters].map((letter) => region + letter);
}

/** The id of a zone, which is the same in every account: `eun1-az1` of `eu-north-1a`. */
export function zoneIdOf(zone: string): string {
  const region = zone.slice(0, -1);
  const [area = "", direction = "", number = ""] = region.split("-").slice(-3);
  const short = direction.replace(/^(north|south|east|west|central).*$/, (_, word: string) => word[0]!);
  const second = /^(north|south)(east|west)$/.exec(direction);
  const code = second ? second[1]![0]! + second[2]![0]! : short;
  return `${area}${code}${number}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Identifiers that look random and are the same for the same seed. */
export class Identifiers {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** @param label Tells two identifiers of one resource apart. */
  hex(length: number, label = ""): string {
    return this.#bytes(length, `hex${label}`).toString("hex").slice(0, length);
  }

  digits(length: number, label = ""): string {
    return this.#letters("0123456789", length, `digits${label}`).replace(/^0/, "1");
  }

  /** Upper-case letters and digits. */
  upper(length: number, label = ""): string {
    return this.#letters(UPPER, length, `upper${label}`);
  }

  /** Lower-case letters and digits. */
  lower(length: number, label = ""): string {
    return this.#letters(LOWER, length, `lower${label}`);
  }

  /** Letters of either case and digits. */
  mixed(length: number, label = ""): string {
    return this.#letters(LOWER + UPPER.slice(0, 26), length, `mixed${label}`);
  }

  uuid(label = ""): string {
    const hex = this.hex(32, `uuid${label}`);
    const variant = "89ab"[parseInt(hex[16]!, 16) % 4]!;
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      variant + hex.slice(17, 20),
      hex.slice(20),
    ].join("-");
  }

  #letters(alphabet: string, length: number, label: string): string {
    return [...this.#bytes(length, label).subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join("");
  }

  #bytes(length: number, label: string): Buffer {
    const parts: Buffer[] = [];
    for (let part = 0; part * 32 < length; part++) {
      parts.push(createHash("sha256").update(`${this.#seed}\n${label}\n${part}`).digest());
    }
    return Buffer.concat(parts);
  }
}
