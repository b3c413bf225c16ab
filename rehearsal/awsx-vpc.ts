import * as pulumi from "@pulumi/pulumi";
import type * as ProviderServer from "@pulumi/pulumi/provider/server";
import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb";

import { creationOrder, InvalidVpc, layOut, type PlacedSubnet, refuseGaps, type SubnetSpec } from "./subnet-layout";
import { withoutUndefined } from "./values";

export { InvalidVpc } from "./subnet-layout";

/** Arguments of `awsx.ec2.Vpc` that the stand-in serves. */
export interface VpcArgs {
  assignGeneratedIpv6CidrBlock?: pulumi.Input<boolean>;
  availabilityZoneCidrMask?: number;
  availabilityZoneNames?: string[];
  cidrBlock?: string;
  natGateways?: { strategy?: string; elasticIpAllocationIds?: pulumi.Input<string>[] };
  numberOfAvailabilityZones?: number;
  region?: string;
  subnetNameTagStrategy?: string;
  subnetSpecs?: SubnetSpec[];
  subnetStrategy?: string;
  tags?: Record<string, pulumi.Input<string>>;
  vpcEndpointSpecs?: ({ serviceName: string; tags?: Record<string, pulumi.Input<string>> } & Record<string, unknown>)[];
  vpcEndpointStrategy?: string;
  [property: string]: unknown;
}

type NatStrategy = "None" | "Single" | "OnePerAz";

const NAT_STRATEGIES: NatStrategy[] = ["None", "Single", "OnePerAz"];

/** Arguments that the VPC itself takes over as they are. */
const VPC_ARGUMENTS = [
  "assignGeneratedIpv6CidrBlock",
  "enableDnsHostnames",
  "enableDnsSupport",
  "enableNetworkAddressUsageMetrics",
  "instanceTenancy",
  "ipv6CidrBlock",
  "ipv6CidrBlockNetworkBorderGroup",
  "ipv6IpamPoolId",
  "ipv6NetmaskLength",
  "region",
];

/** A resource of the aws provider by token, so that `@pulumi/aws` need not be loaded here. */
class Child extends pulumi.CustomResource {
  constructor(
    type: string,
    name: string,
    inputs: Record<string, unknown>,
    parent: pulumi.Resource,
    dependsOn: pulumi.Resource[] = [parent],
    outputs: string[] = [],
  ) {
    const undeclared = Object.fromEntries(outputs.map((output) => [output, undefined]));
    // The program's own version, so that its default provider serves the children too.
    super(type, name, { ...undeclared, ...inputs }, { parent, dependsOn, version: awsVersion() });
  }

  /** An output that was declared. */
  output(name: string): pulumi.Output<string> {
    return (this as unknown as Record<string, pulumi.Output<string>>)[name]!;
  }
}

function awsVersion(): string {
  return (require("@pulumi/aws/package.json") as { version: string }).version;
}

/** `awsx.ec2.Vpc` with the children that awsx 3 registers: same names, parents, dependencies and arguments. */
class Vpc extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: VpcArgs;

  constructor(name: string, args: VpcArgs, options: pulumi.ComponentResourceOptions) {
    super("awsx:ec2:Vpc", name, args, options);
    this.#name = name;
    this.#args = args;
  }

  /** Registers the children. @returns the component's outputs */
  async build(): Promise<Record<string, unknown>> {
    const args = this.#args;
    const name = this.#name;
    const zones = await this.#zones();
    const nat = natStrategy(args, zones);
    const cidrBlock = args.cidrBlock ?? "10.0.0.0/16";
    const placed = plan(name, args, zones, cidrBlock, nat);
    const region = args.region;
    const sharedTags = { Name: name, ...args.tags };

    const own = Object.fromEntries(VPC_ARGUMENTS.map((argument) => [argument, args[argument]]));
    const vpc = new Child(
      "aws:ec2/vpc:Vpc",
      name,
      { ...own, cidrBlock, tags: sharedTags },
      this,
      [],
      ["ipv6CidrBlock"],
    );
    const gateway = new Child(
      "aws:ec2/internetGateway:InternetGateway",
      name,
      { region, vpcId: vpc.id, tags: sharedTags },
      vpc,
    );

    const made = {
      subnets: [] as Child[],
      publicSubnets: [] as Child[],
      privateSubnets: [] as Child[],
      isolatedSubnets: [] as Child[],
      routeTables: [] as Child[],
      routeTableAssociations: [] as Child[],
      routes: [] as Child[],
      natGateways: [] as Child[],
      eips: [] as Child[],
    };
    const allocationIds = args.natGateways?.elasticIpAllocationIds ?? [];

    zones.forEach((zone, zoneIndex) => {
      const here = placed.filter((subnet) => subnet.zone === zone && subnet.type !== "Unused");
      creationOrder(here).forEach((subnet, order) => {
        const tags = {
          ...sharedTags,
          Name: nameTag(args, name, subnet),
          SubnetType: subnet.type,
        };
        const child = this.#subnet(
          subnet,
          vpc,
          { ...sharedTags, ...subnet.spec.tags, ...tags },
          zoneIndex + order * zones.length,
        );
        made.subnets.push(child);
        const alike = { Public: made.publicSubnets, Private: made.privateSubnets, Isolated: made.isolatedSubnets };
        alike[subnet.type as "Public" | "Private" | "Isolated"].push(child);

        const table = new Child("aws:ec2/routeTable:RouteTable", subnet.name, { region, vpcId: vpc.id, tags }, child);
        made.routeTables.push(table);
        made.routeTableAssociations.push(
          new Child(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            subnet.name,
            { region, routeTableId: table.id, subnetId: child.id },
            table,
          ),
        );

        const wantsNat =
          nat === "OnePerAz"
            ? made.natGateways.length < zoneIndex + 1
            : nat === "Single" && made.natGateways.length < 1;
        if (subnet.type === "Public" && wantsNat) {
          const natName = `${name}-${zoneIndex + 1}`;
          const natTags = { ...args.tags, Name: natName };
          if (allocationIds.length === 0) {
            made.eips.push(
              new Child("aws:ec2/eip:Eip", natName, { region, tags: natTags }, child, [child], ["allocationId"]),
            );
          }
          const allocationId = made.eips[zoneIndex]?.output("allocationId") ?? allocationIds[zoneIndex];
          made.natGateways.push(
            new Child(
              "aws:ec2/natGateway:NatGateway",
              natName,
              { region, subnetId: child.id, allocationId, tags: natTags },
              child,
            ),
          );
        }

        const target =
          subnet.type === "Public"
            ? { gatewayId: gateway.id }
            : subnet.type === "Private" && nat !== "None"
              ? { natGatewayId: made.natGateways[nat === "Single" ? 0 : zoneIndex]!.id }
              : undefined;
        if (target) {
          const inputs = { region, routeTableId: table.id, ...target, destinationCidrBlock: "0.0.0.0/0" };
          made.routes.push(new Child("aws:ec2/route:Route", subnet.name, inputs, table));
        }
      });
    });

    const vpcEndpoints = (args.vpcEndpointSpecs ?? []).map(
      ({ serviceName, tags, ...spec }) =>
        new Child(
          "aws:ec2/vpcEndpoint:VpcEndpoint",
          serviceName,
          { region, ...spec, serviceName, tags: { ...sharedTags, ...tags }, vpcId: vpc.id },
          vpc,
        ),
    );
    this.registerOutputs();

    return {
      vpc,
      internetGateway: gateway,
      ...made,
      vpcEndpoints,
      vpcId: vpc.id,
      publicSubnetIds: made.publicSubnets.map(({ id }) => id),
      privateSubnetIds: made.privateSubnets.map(({ id }) => id),
      isolatedSubnetIds: made.isolatedSubnets.map(({ id }) => id),
      subnetLayout: resolvedLayout(args, placed, zones),
    };
  }

  #zones(): Promise<string[]> {
    return chosenZones(this.#args, async (region) => {
      const found = (await pulumi.runtime.invoke(
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        region ? { region } : {},
        { parent: this, version: awsVersion() },
      )) as { names?: string[] };
      return found.names ?? [];
    });
  }

  #subnet(subnet: PlacedSubnet, vpc: Child, tags: Record<string, unknown>, index: number): Child {
    const assign = pulumi
      .all([subnet.spec.assignIpv6AddressOnCreation, this.#args.assignGeneratedIpv6CidrBlock])
      .apply(([own, shared]) => own ?? shared ?? false);
    const ipv6CidrBlock = pulumi
      .all([vpc.output("ipv6CidrBlock"), assign])
      .apply(([block, assigned]) => (assigned ? ipv6Share(block, index) : undefined));
    return new Child(
      "aws:ec2/subnet:Subnet",
      subnet.name,
      {
        region: this.#args.region,
        vpcId: vpc.id,
        availabilityZone: subnet.zone,
        mapPublicIpOnLaunch: subnet.type === "Public",
        cidrBlock: subnet.cidrBlock,
        assignIpv6AddressOnCreation: assign,
        ipv6CidrBlock,
        tags,
      },
      vpc,
    );
  }
}

/**
 * The zones that a VPC spreads over.
 *
 * @param zonesOf Answers which zones a region has, or the provider's own.
 */
export async function chosenZones(
  { availabilityZoneNames, numberOfAvailabilityZones, region }: VpcArgs,
  zonesOf: (region: string | undefined) => Promise<string[]>,
): Promise<string[]> {
  if (availabilityZoneNames && numberOfAvailabilityZones) {
    throw new InvalidVpc("availabilityZoneNames", "cannot be given together with numberOfAvailabilityZones");
  }
  if (availabilityZoneNames) return availabilityZoneNames;
  const count = numberOfAvailabilityZones ?? 3;
  const names = await zonesOf(region);
  if (names.length < count) {
    throw new InvalidVpc(
      "numberOfAvailabilityZones",
      `the region has ${names.length} availability zones, not ${count}`,
    );
  }
  return names.slice(0, count);
}

/** Where the subnets of a VPC lie. @throws InvalidVpc when awsx or the stand-in takes no such arguments */
export function plan(
  name: string,
  args: VpcArgs,
  zones: string[],
  cidrBlock: string,
  nat: NatStrategy,
): PlacedSubnet[] {
  const strategy = args.subnetStrategy ?? "Legacy";
  const explicit = args.subnetSpecs?.some(({ cidrBlocks }) => cidrBlocks);
  if (strategy !== "Auto" && strategy !== "Exact") {
    throw new InvalidVpc("subnetStrategy", `the rehearsal lays subnets out by "Auto" or "Exact", not by "${strategy}"`);
  }
  if ((args.vpcEndpointStrategy ?? "Legacy") !== "Legacy") {
    throw new InvalidVpc("vpcEndpointStrategy", 'the rehearsal serves "Legacy" only');
  }
  if (args.ipv4IpamPoolId !== undefined) throw new InvalidVpc("ipv4IpamPoolId", "the rehearsal has no address pools");
  const placed = layOut(name, cidrBlock, zones, args.subnetSpecs, args.availabilityZoneCidrMask);
  if (strategy === "Exact" && !explicit) refuseGaps(cidrBlock, placed);
  const types = new Set(placed.map(({ type }) => type));
  if (nat !== "None" && !(types.has("Public") && (types.has("Private") || types.has("Isolated")))) {
    throw new InvalidVpc(
      "natGateways.strategy",
      `"${nat}" needs public subnets for the gateways and private or isolated ones that use them`,
    );
  }
  return placed;
}

/** How many NAT gateways a VPC has. @throws InvalidVpc when the addresses do not fit them */
export function natStrategy(args: VpcArgs, zones: string[]): NatStrategy {
  const given = args.natGateways?.strategy ?? "OnePerAz";
  const strategy = NAT_STRATEGIES.find((one) => one.toLowerCase() === given.toLowerCase());
  if (!strategy) throw new InvalidVpc("natGateways.strategy", `must be ${NAT_STRATEGIES.join(", ")}, not "${given}"`);
  const count = args.natGateways?.elasticIpAllocationIds?.length ?? 0;
  const most = { None: 0, Single: 1, OnePerAz: zones.length }[strategy];
  if (count > most || (strategy === "OnePerAz" && count > 0 && count < most)) {
    throw new InvalidVpc("natGateways.elasticIpAllocationIds", `must have ${most} items with strategy "${strategy}"`);
  }
  return strategy;
}

function nameTag(args: VpcArgs, vpcName: string, subnet: PlacedSubnet): string {
  if (args.subnetNameTagStrategy !== "AvailabilityZone") return subnet.name;
  const suffix = subnet.zone.replace(/^[a-z]{2}(-[a-z]+)+-/, "");
  return `${vpcName}-${subnet.spec.name ?? subnet.type.toLowerCase()}-${suffix}`;
}

/** The /64 with this number of a VPC's /56. @throws InvalidVpc when there is no /56 */
export function ipv6Share(block: string | undefined, index: number): string {
  const hextets = /^([0-9a-f]*:[0-9a-f]*:[0-9a-f]*):([0-9a-f]+)::\/56$/i.exec(block ?? "");
  if (!hextets) {
    throw new InvalidVpc(
      "subnetSpecs",
      "assignIpv6AddressOnCreation needs assignGeneratedIpv6CidrBlock or a /56 block",
    );
  }
  return `${hextets[1]}:${((parseInt(hextets[2]!, 16) & 0xff00) | index).toString(16)}::/64`;
}

function resolvedLayout(args: VpcArgs, placed: PlacedSubnet[], zones: string[]): object[] {
  const first = placed.filter(({ zone }) => zone === zones[0]);
  return first.map(({ type, cidrBlock, spec }) => {
    const cidrMask = args.subnetSpecs ? spec.cidrMask : Number(cidrBlock.split("/")[1]);
    return { ...spec, type, cidrMask, ...(cidrMask !== undefined && { size: 2 ** (32 - cidrMask) }) };
  });
}

/** Parts of the SDK that its declarations leave out. They hold the state of one running program. */
interface Runtime {
  withLocalStorage<T>(run: () => Promise<T>): Promise<T>;
  resetOptions(...options: unknown[]): void;
  awaitFeatureSupport(): Promise<void>;
  setAllConfig(config: Record<string, string>, secretKeys: string[]): void;
  waitForRPCs(): Promise<void>;
  serializeResourceProperties(
    label: string,
    properties: Record<string, unknown>,
  ): Promise<[Record<string, unknown>, Map<string, Set<pulumi.Resource>>]>;
  deserializeInputs(inputs: unknown, dependencies: unknown): Promise<Record<string, unknown>>;
  DependencyResource: new (urn: string) => pulumi.Resource;
  DependencyProviderResource: new (reference: string) => pulumi.ProviderResource;
}

function runtime(): Runtime {
  const server = require("@pulumi/pulumi/provider/server") as typeof ProviderServer;
  return {
    ...require("@pulumi/pulumi/runtime/state"),
    ...require("@pulumi/pulumi/runtime/settings"),
    ...require("@pulumi/pulumi/runtime/config"),
    ...require("@pulumi/pulumi/runtime/rpc"),
    ...require("@pulumi/pulumi/resource"),
    ...server,
  } as Runtime;
}

/**
 * Answers the engine's request to build an `awsx.ec2.Vpc`.
 *
 * @param engine Address of the engine that asks.
 * @throws InvalidVpc when an argument is wrong
 */
export async function constructVpc(request: ConstructRequest, engine: string): Promise<ConstructResponse> {
  const sdk = runtime();
  // A store of its own: the program that asks runs in this process too.
  return sdk.withLocalStorage(async () => {
    sdk.resetOptions(
      request.getProject(),
      request.getStack(),
      request.getParallel(),
      engine,
      request.getMonitorendpoint(),
      request.getDryrun(),
      request.getOrganization(),
    );
    await sdk.awaitFeatureSupport();
    sdk.setAllConfig(Object.fromEntries(request.getConfigMap().entries()), request.getConfigsecretkeysList());
    const inputs = await sdk.deserializeInputs(request.getInputs(), request.getInputdependenciesMap());
    const vpc = new Vpc(request.getName(), inputs as VpcArgs, {
      ...(request.getParent() && { parent: new sdk.DependencyResource(request.getParent()) }),
      protect: request.getProtect(),
      dependsOn: request.getDependenciesList().map((urn) => new sdk.DependencyResource(urn)),
      providers: Object.fromEntries(
        [...request.getProvidersMap().entries()].map(([name, reference]) => [
          name,
          new sdk.DependencyProviderResource(reference),
        ]),
      ),
    });
    const [outputs, dependencies] = await sdk.serializeResourceProperties("construct", await vpc.build());
    const answer = new ConstructResponse();
    answer.setUrn(await urnOf(vpc));
    for (const [name, resources] of dependencies) {
      const urns = new ConstructResponse.PropertyDependencies();
      urns.setUrnsList(await Promise.all([...resources].map(urnOf)));
      answer.getStatedependenciesMap().set(name, urns);
    }
    const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as { Struct: typeof StructMessage };
    answer.setState(Struct.fromJavaScript(withoutUndefined(outputs) as Parameters<typeof Struct.fromJavaScript>[0]));
    await sdk.waitForRPCs();
    return answer;
  });
}

function urnOf(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => {
    resource.urn.apply(resolve);
  });
}
