import assert from "node:assert/strict";

import { chosenZones, InvalidVpc, ipv6Share, natStrategy, plan, type VpcArgs } from "../../rehearsal/awsx-vpc";
import { check } from "../../rehearsal/check";
import { factsOf, modelledTypes, type TypeFacts } from "../../rehearsal/facts";
import { callFunction } from "../../rehearsal/functions";
import { taken } from "../../rehearsal/models/taken";
import { refuseGaps } from "../../rehearsal/subnet-layout";
import { type Properties, UNKNOWN } from "../../rehearsal/values";
import { Account } from "./account";
import { trust } from "./fixtures";

describe("arguments of awsx.ec2.Vpc that the stand-in refuses", () => {
  const ZONES = ["eu-north-1a", "eu-north-1b"];
  const refuses = (attempt: () => unknown, message: RegExp) =>
    assert.throws(attempt, (error) => error instanceof InvalidVpc && message.test(error.message));
  const planned = (args: VpcArgs) => plan("net", args, ZONES, "10.0.0.0/16", natStrategy(args, ZONES));
  const specs = [{ type: "Public" as const }, { type: "Private" as const }];

  it("are zones by number and by name at once, or more than there are", async () => {
    const regionZones = () => Promise.resolve(ZONES);
    await assert.rejects(
      chosenZones({ availabilityZoneNames: ZONES, numberOfAvailabilityZones: 2 }, regionZones),
      /availabilityZoneNames.*cannot be given together with numberOfAvailabilityZones/,
    );
    await assert.rejects(
      chosenZones({}, regionZones),
      /numberOfAvailabilityZones.*the region has 2 availability zones, not 3/,
    );
    assert.deepEqual(await chosenZones({ numberOfAvailabilityZones: 1 }, regionZones), ["eu-north-1a"]);
  });

  it("are layouts that it does not compute", () => {
    refuses(() => planned({}), /subnetStrategy.*lays subnets out by "Auto" or "Exact", not by "Legacy"/);
    const auto = { subnetStrategy: "Auto", subnetSpecs: specs };
    refuses(() => planned({ ...auto, vpcEndpointStrategy: "Other" }), /vpcEndpointStrategy.*serves "Legacy" only/);
    refuses(() => planned({ ...auto, ipv4IpamPoolId: "pool" }), /ipv4IpamPoolId.*has no address pools/);
    assert.equal(planned(auto).filter(({ type }) => type !== "Unused").length, 4);
  });

  it("are gateways that nothing uses, that are unknown, or whose addresses do not fit", () => {
    const auto = { subnetStrategy: "Auto" };
    refuses(
      () => planned({ ...auto, subnetSpecs: [{ type: "Private" }] }),
      /natGateways\.strategy.*"OnePerAz" needs public subnets for the gateways and private or isolated ones/,
    );
    refuses(
      () => natStrategy({ natGateways: { strategy: "Many" } }, ZONES),
      /must be None, Single, OnePerAz, not "Many"/,
    );
    const elasticIpAllocationIds = ["eipalloc-1"];
    refuses(
      () => natStrategy({ natGateways: { strategy: "OnePerAz", elasticIpAllocationIds } }, ZONES),
      /natGateways\.elasticIpAllocationIds.*must have 2 items with strategy "OnePerAz"/,
    );
    assert.equal(natStrategy({ natGateways: { strategy: "Single", elasticIpAllocationIds } }, ZONES), "Single");
  });

  it("are IPv6 subnets without a block for them", () => {
    refuses(() => ipv6Share(undefined, 0), /subnetSpecs.*needs assignGeneratedIpv6CidrBlock or a \/56 block/);
    assert.equal(ipv6Share("2a05:d016:abc:de00::/56", 2), "2a05:d016:abc:de02::/64");
  });

  it("are blocks and sizes that are none, and subnets with a gap between them", () => {
    const laid = (args: VpcArgs, cidrBlock = "10.0.0.0/16") => plan("net", args, ZONES, cidrBlock, "None");
    const auto = { subnetStrategy: "Auto" };
    refuses(() => laid({ ...auto, subnetSpecs: [] }), /subnetSpecs.*must name at least one subnet/);
    refuses(() => laid({ ...auto, subnetSpecs: specs }, "10.0.0.0"), /cidrBlock.*"10\.0\.0\.0" is no IPv4 block/);
    refuses(
      () => laid({ ...auto, subnetSpecs: [{ type: "Public", size: 100 }] }),
      /size 100 does not agree with a prefix length/,
    );
    const block = (cidrBlock: string) => ({ ...placed[0]!, name: "net-public-1", cidrBlock });
    const placed = laid({ ...auto, subnetSpecs: specs });
    refuses(
      () => refuseGaps("10.0.0.0/16", [block("10.0.128.0/17")]),
      /there is a gap before net-public-1 \(10\.0\.128\.0\/17\)/,
    );
  });
});

describe("data calls that find nothing", () => {
  const call = (token: string, args: Properties) => () => callFunction(token, args, new Account().world, "eu-north-1");

  it("say what to give", () => {
    const stack = call("aws:elasticbeanstalk/getSolutionStack:getSolutionStack", { nameRegex: "(" });
    assert.throws(stack, /getSolutionStack: nameRegex "\(" is no regular expression$/);
    assert.throws(call("aws:ec2/getVpc:getVpc", {}), /getVpc: give the id of the VPC/);
    assert.throws(call("aws:ec2/getSubnet:getSubnet", {}), /getSubnet: give the id of the subnet/);
    assert.throws(call("aws:route53/getZone:getZone", {}), /getZone: give the zone's name or zoneId$/);
    assert.throws(
      call("aws:cloudfront/getCachePolicy:getCachePolicy", { name: "Managed-None" }),
      /there is no managed policy "Managed-None" in CloudFront$/,
    );
  });
});

describe("shapes of inputs", () => {
  const facts: TypeFacts = {
    id: "x",
    inputs: { rules: "[#Rule]", rule: "#Rule" },
    required: [],
    requiredNested: ["rules[*].kind"],
    replaceOnChanges: [],
    computed: [],
  };
  const failures = (inputs: Properties) =>
    check(facts, { Rule: { kind: "string" } }, inputs).map(({ property, reason }) => `${property}: ${reason}`);

  it("are lists and objects where the facts say so, with what these must hold", () => {
    assert.deepEqual(failures({ rules: "x" }), ["rules: must be a list"]);
    assert.deepEqual(failures({ rule: "x" }), ["rule: must be an object"]);
    assert.deepEqual(failures({ rules: [{ kind: "a" }, {}] }), ["rules[1].kind: must be given"]);
  });
});

describe("what must or cannot be given while something else is", () => {
  const facts: TypeFacts = {
    id: "x",
    inputs: { kind: "string", size: "number", zone: "string", zones: "[string]", note: "string" },
    required: [],
    replaceOnChanges: [],
    computed: [],
    defaults: { kind: "plain" },
    conditions: [
      { when: { kind: "wide" }, required: ["size", "zone|zones"] },
      { when: { note: "*", kind: "plain" }, excluded: ["zones"] },
    ],
  };
  const failures = (inputs: Properties) =>
    check(facts, {}, inputs).map(({ property, reason }) => `${property}: ${reason}`);

  it("is judged by value, by presence and by default", () => {
    assert.deepEqual(failures({ kind: "wide" }), [
      "size: size must be given where kind is wide",
      "zone: zone or zones must be given where kind is wide",
    ]);
    assert.deepEqual(failures({ kind: "wide", size: 1, zones: ["a"] }), []);
    assert.deepEqual(failures({ note: "n", zones: ["a"] }), [
      "zones: cannot be given where note is n and kind is plain",
    ]);
    assert.deepEqual(failures({ zones: ["a"] }), []);
    assert.deepEqual(failures({ kind: "wide", size: UNKNOWN, zone: UNKNOWN }), []);
  });
});

describe("a change of what is not there", () => {
  it("is refused, as is a change that AWS judges when it acts", () => {
    const account = new Account();
    const type = "aws:ec2/vpc:Vpc";
    const request = { type, name: "net", urn: `urn:pulumi:test::test::${type}::net` };
    const update = () => account.provider.update(request, "vpc-gone", account.configuration, {}, {}, {}, false);
    assert.throws(update, /aws:ec2\/vpc:Vpc vpc-gone does not exist$/);
    account.refuses(
      "aws:kms/alias:Alias",
      { name: `alias/${"a".repeat(251)}`, targetKeyId: "k" },
      /name: must have 1 to 256 characters/,
    );
  });
});

describe("a name that is taken", () => {
  it("is refused with the service's code, or with what would happen where AWS overwrites", () => {
    const account = new Account();
    const role = { name: "web", assumeRolePolicy: trust("ec2.amazonaws.com") };
    account.create("aws:iam/role:Role", "web", role);
    account.refuses("aws:iam/role:Role", role, /EntityAlreadyExists: name "web" is taken by "web" \(urn:/);
    const policy = { role: "web", name: "own", policy: "{}" };
    account.create("aws:iam/rolePolicy:RolePolicy", "own", policy);
    account.refuses(
      "aws:iam/rolePolicy:RolePolicy",
      policy,
      /name "own" is taken by "own" .*: AWS would overwrite it, and whichever of the two is deleted first takes the other/,
    );
  });

  it("has one of the two for every type whose names are unique, but for those that say nothing of it", () => {
    const silent = modelledTypes()
      .filter((type) => factsOf(type)!.unique)
      .filter((type) => !/^\w[\w.]*: |would overwrite/.test(taken(type, "name", { name: "x", urn: "urn" })));
    assert.deepEqual(silent, [
      "aws:cloudwatch/queryDefinition:QueryDefinition",
      "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
      "aws:costexplorer/anomalySubscription:AnomalySubscription",
    ]);
  });
});
