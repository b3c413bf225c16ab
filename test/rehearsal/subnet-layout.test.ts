import assert from "node:assert/strict";

import {
  creationOrder,
  InvalidVpc,
  layOut,
  overlaps,
  refuseGaps,
  type SubnetSpec,
} from "../../rehearsal/subnet-layout";

const ZONES = ["eu-north-1a", "eu-north-1b", "eu-north-1c"];

function blocks(cidr: string, zones: string[], specs?: SubnetSpec[], zoneMask?: number): string[] {
  return layOut("net", cidr, zones, specs, zoneMask).map(({ name, cidrBlock }) => `${name} ${cidrBlock}`);
}

describe("the subnet layout of a VPC", () => {
  it("gives each zone a private and a smaller public subnet when nothing is said", () => {
    assert.deepEqual(blocks("10.0.0.0/16", ZONES), [
      "net-private-1 10.0.0.0/19",
      "net-public-1 10.0.32.0/20",
      "net-private-2 10.0.64.0/19",
      "net-public-2 10.0.96.0/20",
      "net-private-3 10.0.128.0/19",
      "net-public-3 10.0.160.0/20",
    ]);
  });

  it("divides a zone's share evenly between subnets that name no size", () => {
    const specs: SubnetSpec[] = [{ type: "Private" }, { type: "Public" }, { type: "Isolated" }];
    assert.deepEqual(blocks("10.0.0.0/16", ["a"], specs), [
      "net-private-1 10.0.0.0/18",
      "net-public-1 10.0.64.0/18",
      "net-isolated-1 10.0.128.0/18",
    ]);
  });

  it("uses the whole of a small VPC for one subnet", () => {
    for (const mask of [24, 25, 26, 27]) {
      assert.deepEqual(blocks(`10.0.0.0/${mask}`, ["a"], [{ type: "Public" }]), [`net-public-1 10.0.0.0/${mask}`]);
    }
  });

  it("aligns each subnet to its size, whatever came before", () => {
    const specs: SubnetSpec[] = [
      { type: "Public", cidrMask: 24 },
      { type: "Private", cidrMask: 20, name: "app" },
      { type: "Isolated", size: 256, name: "data" },
    ];
    assert.deepEqual(blocks("10.0.0.0/16", ["a", "b"], specs), [
      "net-public-1 10.0.0.0/24",
      "net-app-1 10.0.16.0/20",
      "net-data-1 10.0.32.0/24",
      "net-public-2 10.0.128.0/24",
      "net-app-2 10.0.144.0/20",
      "net-data-2 10.0.160.0/24",
    ]);
  });

  it("keeps the zones' shares as small as it is told", () => {
    assert.deepEqual(blocks("10.0.0.0/16", ["a", "b"], [{ type: "Public" }], 20), [
      "net-public-1 10.0.0.0/20",
      "net-public-2 10.0.16.0/20",
    ]);
  });

  it("refuses subnets that do not fit", () => {
    assert.throws(
      () => blocks("10.0.0.0/24", ["a", "b"], [{ type: "Public", cidrMask: 24 }]),
      new InvalidVpc("subnetSpecs", "the subnets of one zone need 256 addresses, and its share of 10.0.0.0/24 has 128"),
    );
    assert.throws(() => blocks("10.0.0.0/26", ["a", "b"]), /leaves a \/27 for each zone/);
  });

  it("refuses two subnets of one name, and takes two of one type with names", () => {
    assert.throws(() => blocks("10.0.0.0/16", ["a"], [{ type: "Private" }, { type: "Private" }]), /called "private"/);
    assert.equal(blocks("10.0.0.0/16", ["a"], [{ type: "Private" }, { type: "Private", name: "data" }]).length, 2);
  });

  it("takes blocks that are spelt out, one for each zone", () => {
    const specs: SubnetSpec[] = [{ type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"] }];
    assert.deepEqual(blocks("10.0.0.0/16", ["a", "b"], specs), [
      "net-public-1 10.0.0.0/24",
      "net-public-2 10.0.1.0/24",
    ]);
    assert.throws(() => blocks("10.0.0.0/16", ZONES, specs), /one block for each of 3 zones/);
    const twice: SubnetSpec[] = [{ type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.0.0/25"] }];
    assert.throws(() => blocks("10.0.0.0/16", ["a", "b"], twice), /overlaps/);
  });

  it("creates public subnets first, so that gateways exist before what uses them", () => {
    const placed = layOut("net", "10.0.0.0/16", ["a"], [{ type: "Isolated" }, { type: "Private" }, { type: "Public" }]);
    assert.deepEqual(
      creationOrder(placed).map(({ type }) => type),
      ["Public", "Private", "Isolated"],
    );
  });

  it("finds gaps in a layout that must be exact", () => {
    const gap = layOut("net", "10.0.0.0/16", ["a"], [{ type: "Public", cidrMask: 17 }]);
    assert.throws(() => refuseGaps("10.0.0.0/16", gap), /gap at the end of 10\.0\.0\.0\/16/);
    const whole = layOut("net", "10.0.0.0/16", ["a", "b"], [{ type: "Public", cidrMask: 17 }]);
    refuseGaps("10.0.0.0/16", whole);
  });

  it("knows when two blocks overlap", () => {
    assert.equal(overlaps("10.0.0.0/16", "10.0.255.0/24"), true);
    assert.equal(overlaps("10.0.0.0/24", "10.0.1.0/24"), false);
    assert.equal(overlaps("255.255.255.0/24", "255.255.255.255/32"), true);
  });
});
