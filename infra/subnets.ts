import { isIPv4 } from "node:net";

/** Subnet tiers in each zone: public, private, isolated for data. */
const TIERS = 3;

/** AWS refuses a subnet smaller than this. */
const SMALLEST_SUBNET_PREFIX = 28;

/** The smallest VPC block, as a prefix length, that holds three subnets in each of so many zones. */
export function smallestPrefix(zones: number): number {
  const perZone = Math.ceil(Math.log2(TIERS));
  return SMALLEST_SUBNET_PREFIX - perZone - Math.ceil(Math.log2(zones));
}

/** The prefix length of a private IPv4 block, or undefined when it is none, or does not start on its boundary. */
export function vpcPrefix(cidrBlock: string): number | undefined {
  const [, address = "", length = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(cidrBlock) ?? [];
  const prefix = Number(length);
  if (!isIPv4(address) || prefix > 32) return undefined;
  const bytes = address.split(".").map(Number);
  const [first = 0, second = 0] = bytes;
  const isPrivate =
    first === 10 || (first === 172 && second >= 16 && second <= 31) || (first === 192 && second === 168);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return isPrivate && value % 2 ** (32 - prefix) === 0 ? prefix : undefined;
}
