/** A wrong argument of `awsx.ec2.Vpc`. */
export class InvalidVpc extends Error {
  constructor(
    /** Path of the argument. */
    readonly property: string,
    readonly reason: string,
  ) {
    super(`awsx:ec2:Vpc: ${property}: ${reason}`);
  }
}

/** One kind of subnet, made once per availability zone. */
export interface SubnetSpec {
  type: "Public" | "Private" | "Isolated" | "Unused";
  /** Part of the subnets' names; the type in lower case unless given. */
  name?: string;
  cidrMask?: number;
  /** Number of addresses, instead of `cidrMask`. */
  size?: number;
  /** One block per zone, instead of an automatic layout. */
  cidrBlocks?: string[];
  assignIpv6AddressOnCreation?: boolean;
  tags?: Record<string, string>;
}

/** Where one subnet lies. */
export interface PlacedSubnet {
  type: SubnetSpec["type"];
  zone: string;
  /** `${vpc}-${spec}-${number of the zone}`. */
  name: string;
  cidrBlock: string;
  spec: SubnetSpec;
}

interface Block {
  base: number;
  mask: number;
}

/**
 * Lays subnets out as the strategies `Auto` and `Exact` of awsx do: the VPC is divided evenly between the zones, and a
 * zone's subnets follow each other in the order given, each aligned to its size.
 *
 * @param specs One private and one public subnet per zone when undefined.
 * @param zoneMask Prefix length of one zone's share.
 * @throws InvalidVpc when they do not fit
 */
export function layOut(
  vpcName: string,
  vpcCidr: string,
  zones: string[],
  specs: SubnetSpec[] | undefined,
  zoneMask?: number,
): PlacedSubnet[] {
  const vpc = parseBlock(vpcCidr);
  if (specs?.some(({ cidrBlocks }) => cidrBlocks)) return explicit(vpcName, zones, specs);
  const share = zoneMask ?? vpc.mask + bitsFor(zones.length);
  const wanted = specs ? specs.map(normalized) : standardSpecs(share);
  if (wanted.length === 0) throw new InvalidVpc("subnetSpecs", "must name at least one subnet");
  refuseSameNames(wanted);
  const mask = ({ cidrMask }: SubnetSpec) => cidrMask ?? share + bitsFor(wanted.length);
  const needed = wanted.reduce((sum, spec) => sum + sizeOf(mask(spec)), 0);
  if (needed > sizeOf(share)) {
    throw new InvalidVpc(
      "subnetSpecs",
      `the subnets of one zone need ${needed} addresses, and its share of ${vpcCidr} has ${sizeOf(share)}`,
    );
  }
  const start = align(vpc.base, share);
  const placed = zones.flatMap((zone, index) => {
    let next = start + index * sizeOf(share);
    return wanted.map((spec): PlacedSubnet => {
      const size = sizeOf(mask(spec));
      const base = Math.ceil(next / size) * size;
      next = base + size;
      return {
        type: spec.type,
        zone,
        name: subnetName(vpcName, spec, index),
        cidrBlock: format(base, mask(spec)),
        spec,
      };
    });
  });
  refuseOverlaps(placed);
  return placed;
}

/** The order in which a zone's subnets are created: those that carry a NAT gateway first. */
export function creationOrder(subnets: PlacedSubnet[]): PlacedSubnet[] {
  const rank = ["Public", "Private", "Isolated"];
  return [...subnets].sort((a, b) => rank.indexOf(a.type) - rank.indexOf(b.type));
}

/** Refuses a layout that leaves room unaccounted for, as the strategy `Exact` does. */
export function refuseGaps(vpcCidr: string, placed: PlacedSubnet[]): void {
  const vpc = parseBlock(vpcCidr);
  let next = vpc.base;
  for (const { cidrBlock, name } of placed) {
    const block = parseBlock(cidrBlock);
    if (block.base !== next) throw new InvalidVpc("subnetSpecs", `there is a gap before ${name} (${cidrBlock})`);
    next = block.base + sizeOf(block.mask);
  }
  if (next !== vpc.base + sizeOf(vpc.mask))
    throw new InvalidVpc("subnetSpecs", `there is a gap at the end of ${vpcCidr}`);
}

/** Whether the two IPv4 blocks have an address in common. */
export function overlaps(a: string, b: string): boolean {
  const [x, y] = [parseBlock(a), parseBlock(b)];
  return x.base < y.base + sizeOf(y.mask) && y.base < x.base + sizeOf(x.mask);
}

/** Whether `inner` lies within `outer`. */
export function contains(outer: string, inner: string): boolean {
  const [x, y] = [parseBlock(outer), parseBlock(inner)];
  return x.base <= y.base && y.base + sizeOf(y.mask) <= x.base + sizeOf(x.mask);
}

function explicit(vpcName: string, zones: string[], specs: SubnetSpec[]): PlacedSubnet[] {
  specs.forEach(({ cidrBlocks }, index) => {
    if (cidrBlocks?.length !== zones.length) {
      throw new InvalidVpc(`subnetSpecs[${index}].cidrBlocks`, `must have one block for each of ${zones.length} zones`);
    }
  });
  refuseSameNames(specs);
  const placed = zones.flatMap((zone, index) =>
    specs.map((spec): PlacedSubnet => ({
      type: spec.type,
      zone,
      name: subnetName(vpcName, spec, index),
      cidrBlock: spec.cidrBlocks![index]!,
      spec,
    })),
  );
  refuseOverlaps(placed);
  return placed;
}

function standardSpecs(share: number): SubnetSpec[] {
  if (share > 26)
    throw new InvalidVpc("cidrBlock", `leaves a /${share} for each zone; without subnetSpecs it takes a /26`);
  const widest = Math.max(share, 16);
  return [
    { type: "Private", cidrMask: widest + 1 },
    { type: "Public", cidrMask: widest + 2 },
  ];
}

function normalized(spec: SubnetSpec): SubnetSpec {
  if (spec.size === undefined) return spec;
  const cidrMask = 32 - Math.log2(spec.size);
  if (!Number.isInteger(cidrMask) || (spec.cidrMask !== undefined && spec.cidrMask !== cidrMask)) {
    throw new InvalidVpc("subnetSpecs", `size ${spec.size} does not agree with a prefix length`);
  }
  return { ...spec, cidrMask };
}

function refuseSameNames(specs: SubnetSpec[]): void {
  const names = specs.filter(({ type }) => type !== "Unused").map(specName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new InvalidVpc("subnetSpecs", `two subnets of one zone are called "${twice}"; give them names`);
}

function refuseOverlaps(placed: PlacedSubnet[]): void {
  placed.forEach((one, index) => {
    const other = placed.slice(index + 1).find(({ cidrBlock }) => overlaps(cidrBlock, one.cidrBlock));
    if (!other) return;
    throw new InvalidVpc(
      "subnetSpecs",
      `${one.name} (${one.cidrBlock}) overlaps ${other.name} (${other.cidrBlock}); widen the VPC or take fewer zones`,
    );
  });
}

function specName({ name, type }: SubnetSpec): string {
  return name ?? type.toLowerCase();
}

function subnetName(vpcName: string, spec: SubnetSpec, zoneIndex: number): string {
  return `${vpcName}-${specName(spec)}-${zoneIndex + 1}`;
}

function bitsFor(count: number): number {
  return count === 0 ? 0 : Math.ceil(Math.log2(count));
}

function sizeOf(mask: number): number {
  return 2 ** (32 - mask);
}

function align(address: number, mask: number): number {
  return Math.floor(address / sizeOf(mask)) * sizeOf(mask);
}

function parseBlock(cidr: string): Block {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const numbers = match?.slice(1).map(Number);
  if (!numbers || numbers.slice(0, 4).some((part) => part > 255) || numbers[4]! > 32) {
    throw new InvalidVpc("cidrBlock", `"${cidr}" is no IPv4 block`);
  }
  const [a, b, c, d, mask] = numbers as [number, number, number, number, number];
  return { base: align(((a * 256 + b) * 256 + c) * 256 + d, mask), mask };
}

function format(base: number, mask: number): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${parts.join(".")}/${mask}`;
}
