import assert from "node:assert/strict";

import * as awsx from "@pulumi/awsx";

import { Engine, failureOf, findCli } from "./engine";

/** The part of a resource in the engine's state that these tests look at. */
interface StateResource {
  urn: string;
  type: string;
  parent?: string;
  dependencies?: string[];
  inputs?: Record<string, unknown>;
  id?: string;
}

/** `Subnet net-public-1 < Vpc net`: what a child is and what it hangs under. */
function label(urn: string | undefined): string {
  const [, , types = "", name = ""] = (urn ?? "").split("::");
  return `${types.split(/[$:]/).at(-1)} ${name}`;
}

function network(args: awsx.ec2.VpcArgs) {
  return async () => {
    const net = new awsx.ec2.Vpc("net", args);
    return {
      vpcId: net.vpcId,
      publicSubnetIds: net.publicSubnetIds,
      privateSubnetIds: net.privateSubnetIds,
      isolatedSubnetIds: net.isolatedSubnetIds,
      cidrs: net.subnets.apply((subnets) => subnets.map(({ cidrBlock }) => cidrBlock)),
    };
  };
}

const { Auto } = awsx.types.enums.ec2.SubnetAllocationStrategy;
const { None, Single, OnePerAz } = awsx.types.enums.ec2.NatGatewayStrategy;
const { Public, Private, Isolated } = awsx.types.enums.ec2.SubnetType;

describe("awsx.ec2.Vpc behind the real engine", function () {
  this.timeout(60_000);
  let engine: Engine;

  before(async function () {
    const cli = await findCli();
    if ("missing" in cli) {
      console.log(`      skipped: ${cli.missing}`);
      this.skip();
    }
    engine = await Engine.start(cli.root);
  });

  after(async () => {
    await engine?.stop();
  });

  async function children(): Promise<StateResource[]> {
    const { deployment } = (await engine.stack.exportStack()) as { deployment: { resources: StateResource[] } };
    return deployment.resources.filter(({ type }) => type.startsWith("aws:ec2"));
  }

  function inputsOf(resources: StateResource[], wanted: string): Record<string, unknown> {
    const found = resources.find(({ urn }) => label(urn) === wanted);
    assert.ok(found, wanted);
    return found.inputs ?? {};
  }

  it("registers the children that awsx registers, under the parents it gives them", async () => {
    const { outputs } = await engine.up(
      network({
        cidrBlock: "10.0.0.0/16",
        subnetStrategy: Auto,
        numberOfAvailabilityZones: 2,
        natGateways: { strategy: OnePerAz },
        enableDnsHostnames: true,
        subnetSpecs: [
          { type: Public, cidrMask: 24 },
          { type: Private },
          { type: Isolated, name: "data", cidrMask: 24 },
        ],
        tags: { team: "platform" },
      }),
    );
    const resources = await children();
    const tree = resources.map(({ urn, parent }) => `${label(urn)} < ${label(parent)}`).sort();
    const zone = (number: number) => [
      `Eip net-${number} < Subnet net-public-${number}`,
      `NatGateway net-${number} < Subnet net-public-${number}`,
      ...["public", "private", "data"].flatMap((spec) => [
        `Subnet net-${spec}-${number} < Vpc net`,
        `RouteTable net-${spec}-${number} < Subnet net-${spec}-${number}`,
        `RouteTableAssociation net-${spec}-${number} < RouteTable net-${spec}-${number}`,
      ]),
      `Route net-public-${number} < RouteTable net-public-${number}`,
      `Route net-private-${number} < RouteTable net-private-${number}`,
    ];
    assert.deepEqual(tree, ["Vpc net < Vpc net", "InternetGateway net < Vpc net", ...zone(1), ...zone(2)].sort());
    // What a child depends on includes its parent's resource, as awsx says with dependsOn.
    for (const { urn, parent, dependencies } of resources) {
      if (label(urn) !== "Vpc net")
        assert.ok(dependencies?.includes(parent!), `${label(urn)} does not depend on its parent`);
    }

    assert.deepEqual(outputs.cidrs!.value, [
      "10.0.0.0/24",
      "10.0.32.0/19",
      "10.0.64.0/24",
      "10.0.128.0/24",
      "10.0.160.0/19",
      "10.0.192.0/24",
    ]);
    assert.equal((outputs.publicSubnetIds!.value as string[]).length, 2);
    assert.equal((outputs.privateSubnetIds!.value as string[]).length, 2);
    assert.equal((outputs.isolatedSubnetIds!.value as string[]).length, 2);
    assert.equal(outputs.vpcId!.value, resources.find(({ urn }) => label(urn) === "Vpc net")!.id);
  });

  it("gives them the arguments and tags that awsx gives them", async () => {
    const resources = await children();
    const id = (wanted: string) => resources.find(({ urn }) => label(urn) === wanted)!.id;
    const vpc = inputsOf(resources, "Vpc net");
    assert.deepEqual(vpc.tags, { Name: "net", team: "platform" });
    assert.equal(vpc.enableDnsHostnames, true);
    const subnet = inputsOf(resources, "Subnet net-public-2");
    assert.equal(subnet.availabilityZone, "eu-north-1b");
    assert.equal(subnet.mapPublicIpOnLaunch, true);
    assert.equal(subnet.assignIpv6AddressOnCreation, false);
    assert.deepEqual(subnet.tags, { Name: "net-public-2", SubnetType: "Public", team: "platform" });
    assert.equal(inputsOf(resources, "Subnet net-data-1").mapPublicIpOnLaunch, false);
    assert.deepEqual(inputsOf(resources, "RouteTable net-private-1").tags, {
      Name: "net-private-1",
      SubnetType: "Private",
      team: "platform",
    });
    const gateway = inputsOf(resources, "NatGateway net-2");
    assert.deepEqual(gateway.tags, { Name: "net-2", team: "platform" });
    assert.equal(gateway.subnetId, id("Subnet net-public-2"));
    assert.equal(gateway.allocationId, id("Eip net-2"));
    const outward = inputsOf(resources, "Route net-private-2");
    assert.equal(outward.destinationCidrBlock, "0.0.0.0/0");
    assert.equal(outward.natGatewayId, id("NatGateway net-2"));
    assert.equal(inputsOf(resources, "Route net-public-1").gatewayId, id("InternetGateway net"));
  });

  it("changes to one gateway for all zones, and to none", async () => {
    const args = (strategy: typeof None | typeof Single) =>
      network({
        subnetStrategy: Auto,
        numberOfAvailabilityZones: 2,
        natGateways: { strategy },
        subnetSpecs: [
          { type: Public, cidrMask: 24 },
          { type: Private },
          { type: Isolated, name: "data", cidrMask: 24 },
        ],
      });
    await engine.up(args(Single));
    let resources = await children();
    const gateways = resources.filter(({ type }) => type.endsWith(":NatGateway"));
    assert.deepEqual(
      gateways.map(({ urn }) => label(urn)),
      ["NatGateway net-1"],
    );
    for (const number of [1, 2]) {
      assert.equal(inputsOf(resources, `Route net-private-${number}`).natGatewayId, gateways[0]!.id);
    }
    await engine.up(args(None));
    resources = await children();
    assert.deepEqual(
      resources.filter(({ type }) => /:(NatGateway|Eip)$/.test(type)),
      [],
    );
    assert.deepEqual(
      resources
        .filter(({ type }) => type.endsWith(":Route"))
        .map(({ urn }) => label(urn))
        .sort(),
      ["Route net-public-1", "Route net-public-2"],
    );
  });

  it("names the argument that is wrong", async () => {
    const program = network({
      cidrBlock: "10.0.0.0/24",
      subnetStrategy: Auto,
      subnetSpecs: [{ type: Public, cidrMask: 20 }, { type: Private }],
    });
    const message = await failureOf(engine.preview(program));
    assert.match(
      message,
      /awsx:ec2:Vpc: subnetSpecs: the subnets of one zone need 4128 addresses, and its share of 10\.0\.0\.0\/24 has 64/,
    );
  });
});
