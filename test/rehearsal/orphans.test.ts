import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

import { root } from "../../operations/paths";
import { modelledTypes } from "../../rehearsal/facts";
import { importIdOf, splitImportId } from "../../rehearsal/import-ids";
import { orphansOf, shellWords } from "../../rehearsal/orphans";
import type { Properties } from "../../rehearsal/values";
import type { WorldResource } from "../../rehearsal/world";
import { Account } from "./account";

const STACK = "urn:pulumi:production::prism";
const PROVIDER = `${STACK}::pulumi:providers:aws::aws`;

/** Something that a provider in eu-north-1 created below a component. */
function made(types: string, name: string, more: Partial<WorldResource> = {}): WorldResource {
  return {
    type: types.slice(types.lastIndexOf("$") + 1),
    urn: `${STACK}::${types}::${name}`,
    name,
    id: `id-of-${name}`,
    region: "eu-north-1",
    inputs: {},
    outputs: {},
    generation: 1,
    provider: { urn: PROVIDER, region: "eu-north-1" },
    ...more,
  };
}

const component = (type: string, name: string) => ({ urn: `${STACK}::${type}::${name}`, type });

describe("an orphan", () => {
  it("is imported by type, name and id, below its parent and by the provider that made it", () => {
    const network = component("prism:Network", "network");
    assert.deepEqual(orphansOf([made("prism:Network$aws:ec2/vpc:Vpc", "network")], [network])[0]?.importArguments, [
      "aws:ec2/vpc:Vpc",
      "network",
      "id-of-network",
      "--parent",
      `parent=${network.urn}`,
      "--provider",
      `provider=${PROVIDER}`,
      "--generate-code=false",
    ]);
  });

  it("has no parent but the stack where its URN tells of none", () => {
    const [orphan] = orphansOf([made("aws:ec2/vpc:Vpc", "network")], []);
    assert.equal(orphan?.importArguments?.includes("--parent"), false);
  });

  it("belongs to the component of its type whose name its own begins with, the longest if there are several", () => {
    const keys = ["key", "key-home", "key-home-spare", "other"].map((name) => component("prism:Key", name));
    const parentOf = (name: string) =>
      orphansOf([made("prism:Key$aws:kms/key:Key", name)], keys)[0]?.importArguments?.[4];
    assert.equal(parentOf("key-home"), `parent=${STACK}::prism:Key::key-home`);
    assert.equal(parentOf("key-home-alias"), `parent=${STACK}::prism:Key::key-home`);
    assert.equal(parentOf("key-homely"), `parent=${STACK}::prism:Key::key`);
  });

  it("belongs to what the engine was about to create it below, whatever the names are", () => {
    const keys = ["one", "two"].map((name) => component("prism:Key", name));
    const orphan = made("prism:Key$aws:kms/key:Key", "unlike");
    const pending = [{ ...orphan, parent: keys[1]!.urn }];
    assert.equal(orphansOf([orphan], keys, pending)[0]?.importArguments?.[4], `parent=${keys[1]!.urn}`);
    assert.match(orphansOf([orphan], keys)[0]?.obstacle ?? "", /^the state holds no parent for it; delete it in AWS/);
  });

  it("is looked for where it is when that is not the provider's own region", () => {
    const idOf = (more: Partial<WorldResource>, type = "aws:s3/bucket:Bucket") =>
      orphansOf([made(type, "logs", more)], [])[0]?.importArguments?.[2];
    assert.equal(idOf({ region: "eu-west-1" }), "id-of-logs@eu-west-1");
    assert.equal(idOf({ region: "eu-north-1" }), "id-of-logs");
    assert.equal(idOf({ region: "" }, "aws:iam/role:Role"), "id-of-logs");
  });

  it("gives its variables names that no resource has", () => {
    const orphan = orphansOf([made("prism:Key$aws:kms/key:Key", "parent")], [component("prism:Key", "parent")])[0];
    assert.match(orphan?.importArguments?.[4] ?? "", /^parent-of-it=/);
  });

  it("cannot be imported where another one has its place, or its type has no import", () => {
    const vpc = made("aws:ec2/vpc:Vpc", "network");
    const taken = orphansOf([vpc], [{ urn: vpc.urn, type: vpc.type, id: "vpc-other" }])[0];
    assert.deepEqual(
      [taken?.importArguments, taken?.obstacle],
      [undefined, "another one has taken its place in the state; delete this one in AWS"],
    );
    const version = orphansOf([made("aws:elasticbeanstalk/applicationVersion:ApplicationVersion", "app")], [])[0];
    assert.match(version?.obstacle ?? "", /^its type cannot be imported; delete it in AWS/);
  });

  it("is nothing that exists in the state alone", () => {
    const values = [
      "random:index/randomPassword:RandomPassword",
      "aws:acm/certificateValidation:CertificateValidation",
    ];
    assert.deepEqual(
      orphansOf(
        values.map((type) => made(type, "value")),
        [],
      ),
      [],
    );
  });

  it("is written so that a shell takes every argument for one word", () => {
    assert.equal(
      shellWords(["import", "a$b", "plain/id@eu-west-1", "it's", "a|b"]),
      "import 'a$b' plain/id@eu-west-1 'it'\\''s' 'a|b'",
    );
  });
});

describe("what an import asks for", () => {
  const cases: [type: string, properties: Properties, id: string][] = [
    ["aws:ec2/route:Route", { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0" }, "rtb-1_0.0.0.0/0"],
    ["aws:ec2/route:Route", { routeTableId: "rtb-1", destinationIpv6CidrBlock: "::/0" }, "rtb-1_::/0"],
    [
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      { subnetId: "subnet-1", routeTableId: "rtb-1" },
      "subnet-1/rtb-1",
    ],
    ["aws:cloudwatch/eventRule:EventRule", { name: "nightly" }, "default/nightly"],
    ["aws:cloudwatch/eventTarget:EventTarget", { rule: "nightly", targetId: "fn" }, "default/nightly/fn"],
    ["aws:cloudwatch/logMetricFilter:LogMetricFilter", { logGroupName: "group", name: "errors" }, "group:errors"],
    ["aws:cloudwatch/queryDefinition:QueryDefinition", { arn: "arn:aws:logs:q" }, "arn:aws:logs:q"],
    ["aws:lambda/permission:Permission", { function: "fn", statementId: "events" }, "fn/events"],
    [
      "aws:lambda/permission:Permission",
      { function: "fn", qualifier: "live", statementId: "events" },
      "fn:live/events",
    ],
    ["aws:rds/instance:Instance", { identifier: "database" }, "database"],
    ["aws:route53/record:Record", { zoneId: "Z1", name: "www", type: "A" }, "Z1_www_A"],
    ["aws:wafv2/webAcl:WebAcl", { name: "cdn", scope: "CLOUDFRONT" }, "the-id/cdn/CLOUDFRONT"],
    [
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      {
        securityGroupId: "sg-1",
        type: "ingress",
        protocol: "tcp",
        fromPort: 80,
        toPort: 80,
        cidrBlocks: ["10.0.0.0/8"],
      },
      "sg-1_ingress_tcp_80_80_10.0.0.0/8",
    ],
    ["aws:s3/bucket:Bucket", {}, "the-id"],
  ];

  for (const [type, properties, id] of cases) {
    it(`is ${id} for ${type}`, () => {
      assert.equal(importIdOf(made(type, "one", { id: "the-id", inputs: properties, outputs: properties })), id);
    });
  }

  it("is a thing that the provider's documentation has an example of, or none where it has none", () => {
    for (const type of modelledTypes().filter((one) => one.startsWith("aws:"))) {
      const file = path.join(root, "node_modules", "@pulumi", "aws", `${type.split(":")[1]}.d.ts`);
      const documented = fs.readFileSync(file, "utf8").includes(" pulumi import aws");
      const id = importIdOf(made(type, "one", { inputs: {}, outputs: {} }));
      assert.equal(id !== undefined, documented, type);
    }
  });

  it("may be followed by a region, where the type has one", () => {
    assert.deepEqual(splitImportId("aws:s3/bucket:Bucket", "logs@eu-west-1"), { id: "logs", region: "eu-west-1" });
    assert.deepEqual(splitImportId("aws:s3/bucket:Bucket", "logs"), { id: "logs" });
    assert.deepEqual(splitImportId("aws:iam/role:Role", "role@eu-west-1"), { id: "role@eu-west-1" });
    assert.deepEqual(splitImportId("aws:sns/topicSubscription:TopicSubscription", "a@b.example"), {
      id: "a@b.example",
    });
  });

  it("finds the resource in the stand-in, and only in the region that is named", () => {
    const account = new Account();
    account.configuration = { region: "eu-north-1", defaultTags: {}, urn: PROVIDER };
    const type = "aws:cloudwatch/logGroup:LogGroup";
    const home = account.create(type, "home", { name: "group" });
    const west = account.create(type, "west", { name: "group", region: "eu-west-1" });
    const read = (id: string) =>
      account.provider.read({ type, urn: "urn::new", name: "new" }, id, {}, {}, account.configuration);
    assert.equal(read("group")?.outputs.arn, home.outputs.arn);
    assert.equal(read("group@eu-west-1")?.outputs.arn, west.outputs.arn);
    assert.equal(read("group@us-east-1"), undefined);
  });
});
