import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { DATABASE_CLASS_MEMORY_GIB } from "../../catalog/database-classes";
import { PRICES, findPrice } from "../../catalog/prices";
import { SECTIONS } from "../../infra/config";
import { CHARGES, FREE } from "../../operations/cost/charges";
import {
  type Estimate,
  compare,
  estimate,
  judgeBudgets,
  rowsOf,
  uncertainPrices,
} from "../../operations/cost/estimate";
import { handMadeRows, oldBedrockRow } from "../../operations/cost/hand-made";
import { type Range, add } from "../../operations/cost/range";
import { costTable, dollars, notPricedTable } from "../../operations/cost/tables";
import type { Usage } from "../../operations/cost/volumes";
import { toMarkdown, toText } from "../../operations/table";
import { checkpointResources } from "../../policies/checkpoint";
import type { JudgedResource } from "../../policies/evaluate";
import { pulumiCli } from "../support/pulumi-cli";
import { rehearsed } from "../support/rehearsed";
import { ENVIRONMENTS, stackFile } from "../support/stack-files";
import { copyOfThisCheckout, prism, run, temporaryDirectory } from "./prism";

const NORTH = "eu-north-1";

/** Usage with everything else at its default. */
function usage(values: object = {}): Usage {
  return SECTIONS.usage.parse(values);
}

function usageOf(environment: string): Usage {
  return usage(JSON.parse(stackFile(environment)["ai-prism:usage"] ?? "{}") as object);
}

interface Given {
  name?: string;
  /** Types of the components around it, outermost first. */
  inside?: string[];
  region?: string;
}

/** A resource as a checkpoint has it. */
function resource(type: string, inputs: Record<string, unknown> = {}, given: Given = {}): JudgedResource {
  const { name = "it", inside = [], region = NORTH } = given;
  const qualified = [...inside, type].join("$");
  return {
    type,
    name,
    urn: `urn:pulumi:test::some::${qualified}::${name}`,
    custom: true,
    inputs: { region, ...inputs },
    properties: { region, ...inputs },
    protect: false,
    ignoreChanges: [],
    additionalSecretOutputs: [],
    parent: inside.length > 0 ? `urn:pulumi:test::some::${inside.join("$")}::${name.split("-")[0]}` : undefined,
    dependencies: [],
    propertyDependencies: {},
    provider: {},
  } as JudgedResource;
}

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);
}

const exactly = (value: number): Range => ({ low: value, high: value });

describe("the price file", () => {
  it("says where each price comes from and when, once for a region", () => {
    const keys = PRICES.map(({ id, region }) => `${id} ${region}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const { id, usd, unit, source, date } of PRICES) {
      assert.ok(usd > 0 && unit !== "" && source !== "", id);
      assert.match(date, /^20\d\d-(0[1-9]|1[0-2])$/, id);
    }
  });

  it("has every instance class that the configuration accepts", () => {
    for (const name of Object.keys(DATABASE_CLASS_MEMORY_GIB)) assert.ok(findPrice(`rds/${name}`, NORTH), name);
  });

  it("asks a tenth more for a geography's profile than for a global one", () => {
    const model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert.equal(findPrice(`bedrock/global.${model}/input`, NORTH)?.usd, 3);
    assert.equal(findPrice(`bedrock/eu.${model}/input`, NORTH)?.usd, 3.3);
    assert.equal(findPrice(`bedrock/eu.${model}/output`, NORTH)?.usd, 16.5);
  });

  it("knows no price where none was written down", () => {
    assert.equal(findPrice("nat", "ap-south-1"), undefined);
    assert.equal(findPrice("kms/key", "ap-south-1")?.usd, 1);
  });
});

describe("the estimate of", () => {
  const settings = (entries: Record<string, string>) =>
    Object.entries(entries).map(([key, value]) => {
      const [namespace, name] = key.split(" ");
      return { namespace, name, value };
    });
  const fleet = {
    "aws:autoscaling:asg MinSize": "2",
    "aws:ec2:instances InstanceTypes": "t3.large,t3.medium",
    "aws:autoscaling:launchconfiguration RootVolumeType": "gp3",
    "aws:autoscaling:launchconfiguration RootVolumeSize": "10",
  };
  const cases: [what: string, resources: JudgedResource[], usd: Range][] = [
    ["a NAT gateway's hours", [resource("aws:ec2/natGateway:NatGateway")], exactly(33.58)],
    ["a public address", [resource("aws:ec2/eip:Eip")], exactly(3.65)],
    [
      "a database in one zone",
      [
        resource("aws:rds/instance:Instance", {
          instanceClass: "db.t3.micro",
          allocatedStorage: 20,
          engine: "postgres",
        }),
      ],
      exactly(14.83),
    ],
    [
      "a database in two zones, twice that, and its secret",
      [
        resource("aws:rds/instance:Instance", {
          instanceClass: "db.t3.micro",
          allocatedStorage: 20,
          engine: "postgres",
          multiAz: true,
          manageMasterUserPassword: true,
        }),
      ],
      exactly(30.06),
    ],
    [
      "two cache nodes",
      [
        resource("aws:elasticache/replicationGroup:ReplicationGroup", {
          engine: "redis",
          nodeType: "cache.t3.micro",
          numCacheClusters: 2,
        }),
      ],
      exactly(24.82),
    ],
    [
      "two shards with a replica each, of Valkey, a fifth cheaper",
      [
        resource("aws:elasticache/replicationGroup:ReplicationGroup", {
          engine: "valkey",
          nodeType: "cache.t3.micro",
          numNodeGroups: 2,
          replicasPerNodeGroup: 1,
        }),
      ],
      exactly(4 * 12.41 * 0.8),
    ],
    [
      "the instances that always run, with their disks",
      [resource("aws:elasticbeanstalk/environment:Environment", { settings: settings(fleet) })],
      exactly(2 * 63.072 + 2 * 10 * 0.0836 + 0.3),
    ],
    ["three dashboards, which are free, and a fourth", boards(4), exactly(3)],
    [
      "an alarm over three metrics",
      [
        resource("aws:cloudwatch/metricAlarm:MetricAlarm", {
          metricQueries: [{ expression: "SUM([m0, m1, m2])" }, { metric: {} }, { metric: {} }, { metric: {} }],
        }),
      ],
      exactly(0.3),
    ],
    ["a gateway endpoint", [resource("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" })], exactly(0)],
    [
      "an interface endpoint in three zones",
      [
        resource("aws:ec2/vpcEndpoint:VpcEndpoint", {
          vpcEndpointType: "Interface",
          serviceName: "com.amazonaws.eu-north-1.logs",
          subnetIds: ["a", "b", "c"],
        }),
      ],
      exactly(21.9),
    ],
    ["a firewall with six rules", [resource("aws:wafv2/webAcl:WebAcl", { rules: [1, 2, 3, 4, 5, 6] })], exactly(11)],
  ];
  for (const [what, resources, usd] of cases) {
    it(what, () => {
      const { total } = estimate(resources, undefined);
      near(total.low, usd.low, 0.005);
      near(total.high, usd.high, 0.005);
    });
  }

  it("tokens at the price of the chain's first model, as a range where documents are one", () => {
    const chain = JSON.stringify([
      { id: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", requestsPerMinute: 1 },
      { id: "eu.anthropic.claude-haiku-4-5-20251001-v1:0", requestsPerMinute: 1 },
    ]);
    const environment = resource("aws:elasticbeanstalk/environment:Environment", {
      settings: settings({ ...fleet, "aws:elasticbeanstalk:application:environment BEDROCK_MODEL_CHAIN": chain }),
    });
    const { items } = estimate([environment], usage({ documentsPerDay: { low: 100, high: 500 } }));
    const bedrock = add(...items.filter(({ service }) => service === "Bedrock").map(({ usd }) => usd));
    near(bedrock.low, 297, 0.01);
    near(bedrock.high, 1485, 0.01);
  });

  it("the log of model calls with their text, where it is logged", () => {
    const group = resource(
      "aws:cloudwatch/logGroup:LogGroup",
      { retentionInDays: 30 },
      { inside: ["ai-prism:infra:ModelInvocationLog"] },
    );
    const logging = (textDataDeliveryEnabled: boolean) =>
      resource("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", {
        loggingConfig: { textDataDeliveryEnabled },
      });
    const ingested = (text: boolean) => {
      const { items } = estimate([group, logging(text)], usage({ documentsPerDay: 1000 }));
      return items.find(({ price }) => price.id === "logs/ingestion")!.quantity.high;
    };
    // 30,000 calls of 2 KiB; and 660 million tokens of 4 bytes.
    near(ingested(false), 0.0572, 0.001);
    near(ingested(true), 0.0572 + 2.4587, 0.001);
  });

  it("a CDN's second terabyte, the first being free", () => {
    const cdn = resource("aws:cloudfront/distribution:Distribution");
    near(estimate([cdn], usage({ trafficGiBPerMonth: 1024 })).total.high, 0, 0.001);
    near(estimate([cdn], usage({ trafficGiBPerMonth: 2048 })).total.high, 87.04, 0.01);
  });

  it("RDS Proxy by the processors of the database behind it, which has to be in the stack", () => {
    const proxy = resource("aws:rds/proxy:Proxy", { name: "proxy" });
    const target = resource("aws:rds/proxyTarget:ProxyTarget", { dbProxyName: "proxy", dbInstanceIdentifier: "db" });
    const instance = (instanceClass: string) =>
      resource("aws:rds/instance:Instance", { identifier: "db", instanceClass, engine: "postgres" });
    const proxyCost = (instanceClass: string) =>
      estimate([proxy, target, instance(instanceClass)], undefined).items.find(({ price }) => price.id === "rds/proxy");
    near(proxyCost("db.t3.micro")!.usd.high, 21.9, 0.001);
    near(proxyCost("db.m6g.xlarge")!.usd.high, 43.8, 0.001);
    assert.match(estimate([proxy, target], undefined).notPriced[0]!.reason, /no database instance of this stack/);
  });

  function boards(count: number): JudgedResource[] {
    return Array.from({ length: count }, (_, index) =>
      resource("aws:cloudwatch/dashboard:Dashboard", {}, { name: `board-${index}` }),
    );
  }
});

describe("what the estimate cannot say", () => {
  const reasons = (found: Estimate) => found.notPriced.map(({ resource: name, reason }) => `${name}: ${reason}`);

  it("is named for a type that it does not know, such as another program's", () => {
    const found = estimate([resource("aws:redshift/cluster:Cluster", {}, { name: "lake" })], usage());
    assert.deepEqual(reasons(found), ["redshift.Cluster lake: this type is not known here"]);
    assert.deepEqual(found.total, exactly(0));
  });

  it("is named for a region without prices", () => {
    const found = estimate([resource("aws:ec2/natGateway:NatGateway", {}, { region: "ap-south-1" })], undefined);
    assert.equal(reasons(found)[0], "ec2.NatGateway it: NAT gateway: no price of nat in ap-south-1");
    assert.ok(found.notPriced.every(({ missing }) => missing));
  });

  it("is named for an instance class without a price", () => {
    const database = { instanceClass: "db.x2g.16xlarge", allocatedStorage: 20, engine: "postgres" };
    const found = estimate([resource("aws:rds/instance:Instance", database)], undefined);
    assert.match(reasons(found).join("\n"), /no price of rds\/db\.x2g\.16xlarge in eu-north-1/);
    near(found.total.high, 2.42, 0.001);
  });

  it("is named for what is paid by use where no usage is assumed", () => {
    const found = estimate([resource("aws:cloudfront/distribution:Distribution")], undefined);
    assert.match(reasons(found)[0]!, /by use, and there are no usage assumptions/);
  });

  it("is named for a bucket and a log group of a program that is not this one", () => {
    const bucket = resource("aws:s3/bucket:Bucket");
    const group = resource("aws:cloudwatch/logGroup:LogGroup");
    assert.equal(estimate([bucket, group], usage()).notPriced.length, 2);
  });

  it("is no method of an object: a type named like one is not known either", () => {
    assert.equal(estimate([resource("aws:x/constructor:constructor")], undefined).notPriced.length, 1);
  });

  it("is named for another cloud's resources", () => {
    const found = estimate([resource("gcp:storage/bucket:Bucket")], usage());
    assert.deepEqual(reasons(found), ["gcp.storage.Bucket it: no prices of gcp here"]);
  });

  it("leaves out what nobody sells, and components", () => {
    const component = { ...resource("ai-prism:infra:Network"), custom: false };
    const found = estimate([resource("random:index/randomPassword:RandomPassword"), component], usage());
    assert.deepEqual([found.items, found.notPriced, found.free], [[], [], 0]);
  });

  it("survives inputs of every wrong kind", () => {
    for (const type of Object.keys(CHARGES)) {
      for (const value of [null, 1, "text", [], [null], {}, Number.NaN]) {
        const inputs = Object.fromEntries(
          ["settings", "rules", "instanceClass", "metricQueries", "subnetIds", "loggingConfig", "retentionInDays"].map(
            (name) => [name, value],
          ),
        );
        const { total } = estimate([resource(type, inputs)], usage());
        assert.ok(Number.isFinite(total.low) && Number.isFinite(total.high), `${type} ${JSON.stringify(value)}`);
      }
    }
  });
});

describe("the tables", () => {
  const nasty = '<script>alert("x")</script>|`*_[a](b)\u001b[31m\u202e';
  const found = estimate(
    [
      resource("aws:ec2/natGateway:NatGateway", {}, { name: nasty }),
      resource("aws:redshift/cluster:Cluster", {}, { name: nasty }),
    ],
    undefined,
  );

  it("show names full of HTML and control characters as text, in Markdown", () => {
    const markdown = toMarkdown([costTable(found), notPricedTable(found)!]);
    assert.doesNotMatch(markdown, /[<>]/);
    assert.ok(markdown.includes("&lt;script&gt;"));
    assert.ok(markdown.includes("\\|\\`\\*\\_\\[a\\](b)"));

    assert.doesNotMatch(markdown, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it("send no control character to a terminal, and no line beyond its width", () => {
    const text = toText([costTable(found), notPricedTable(found)!], 60);

    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
    const lines = text.split("\n").filter((line) => line.startsWith("  "));
    assert.ok(lines.some((line) => line.includes("…")));
    assert.ok(lines.filter((line) => !line.startsWith("  USD")).every((line) => line.length <= 60));
  });

  it("show a range only where there is one, in whole dollars when it is large", () => {
    assert.equal(dollars(exactly(12.345)), "12.35");
    assert.equal(dollars({ low: 99.5, high: 1234.5 }), "99.50 – 1235");
    assert.equal(dollars({ low: 0, high: 0.001 }), "0.00");
    assert.equal(dollars(exactly(-0.001)), "0.00");
  });
});

describe("a budget", () => {
  const limit = (limitUsd: number, high: number) =>
    judgeBudgets({ budgets: [{ resource: "budget", limitUsd }], total: { low: 1, high }, notPriced: [] })[0]!;

  it("fits an estimate from its upper end to half as much again", () => {
    assert.equal(limit(1000, 1000).ok, true);
    assert.equal(limit(1500, 1000).ok, true);
    assert.equal(limit(999, 1000).ok, false);
    assert.equal(limit(1501, 1000).ok, false);
  });

  it("cannot be too high for an estimate that figures are missing from", () => {
    const gap = { component: "", resource: "", urn: "", reason: "" };
    const judge = (missing: boolean) =>
      judgeBudgets({
        budgets: [{ resource: "budget", limitUsd: 5000 }],
        total: exactly(1000),
        notPriced: [{ ...gap, missing }],
      })[0]!.ok;
    assert.deepEqual([judge(true), judge(false)], [true, false]);
  });

  it("is suggested where it does not fit, and the suggestion fits", () => {
    for (const high of [0.4, 3, 49, 120, 1930.88, 20_000]) {
      const { suggested } = limit(1e9, high);
      assert.equal(limit(suggested, high).ok, true, String(high));
    }
  });
});

describe("the costs of a change", () => {
  const gateway = (name: string) => resource("aws:ec2/natGateway:NatGateway", {}, { name });
  const items = (resources: JudgedResource[], assumed?: Usage) => estimate(resources, assumed).items;

  it("are nothing where nothing changes", () => {
    assert.deepEqual(compare(items([gateway("a")]), items([gateway("a")])), []);
  });

  it("are told by service and component, what went away as less", () => {
    const key = resource("aws:kms/key:Key");
    const changes = compare(items([gateway("a"), key]), items([gateway("a"), gateway("b")]));
    assert.deepEqual(
      changes.map(({ service, before, after, change }) => [
        service,
        ...[before, after, change].map(({ high }) => high.toFixed(2)),
      ]),
      [
        ["NAT and addresses", "33.58", "67.16", "33.58"],
        ["Keys and secrets", "1.00", "0.00", "-1.00"],
      ],
    );
  });

  it("follow a change of the usage alone", () => {
    const cdn = [resource("aws:cloudfront/distribution:Distribution")];
    const [change] = compare(items(cdn, usage()), items(cdn, usage({ trafficGiBPerMonth: { low: 5, high: 2024 } })));
    near(change!.change.low, 0, 0.001);
    near(change!.change.high, 85, 0.001);
  });
});

describe("the hand-made deployment's cost table", () => {
  const rows = handMadeRows();
  const nine = rows.filter(({ old }) => old !== undefined);

  it("has the nine rows, which add up as they did then", () => {
    assert.deepEqual(
      nine.map(({ old }) => old!.high),
      [150, 20, 15, 13, 85, 5, 1, 10, 1350],
    );
    assert.deepEqual(add(...nine.map(({ old }) => old!)), { low: 569, high: 1649 });
  });

  it("says why its Bedrock row was 270 to 1350: the documents and tokens that production's usage assumes", () => {
    const { low, high } = oldBedrockRow();
    near(low, 270, 0.01);
    near(high, 1350, 0.01);
    const { documentsPerDay, inputTokensPerDocument, outputTokensPerDocument } = usageOf("production");
    assert.deepEqual(
      [documentsPerDay, inputTokensPerDocument, outputTokensPerDocument],
      [{ low: 100, high: 500 }, 20_000, 2000],
    );
  });

  it("corrects every row to what the facts say", () => {
    const facts: [title: RegExp, low: number, high: number, within: number][] = [
      [/^EC2/, 194, 194, 0.5],
      [/^Load balancer/, 23, 23, 0.1],
      [/^RDS/, 15, 15, 0.2],
      [/^Redis/, 12.41, 12.41, 0.01],
      [/^CloudFront/, 0, 0, 0],
      [/^S3/, 2.3, 2.5, 0.1],
      [/^Replication/, 4, 4, 0.2],
      [/^CloudWatch/, 15, 25, 2],
      [/^Bedrock/, 297, 1485, 0.01],
      [/^NAT/, 37, 112, 0.5],
      [/^Firewall/, 10, 12, 1.3],
      [/^Keys/, 5, 5, 1],
      [/backups in another region/, 2.5, 2.5, 0.2],
    ];
    assert.equal(facts.length, rows.length);
    rows.forEach(({ title, corrected }, index) => {
      const [name, low, high, within] = facts[index]!;
      assert.match(title, name);
      near(corrected.low, low, within);
      near(corrected.high, high, within);
    });
  });
});

describe("the estimate of every program", function () {
  this.timeout(240_000);
  const PROGRAMS = [...ENVIRONMENTS.map((name) => [name, "."]), ...ENVIRONMENTS.map((name) => [name, "account"])];

  for (const [environment, program] of PROGRAMS as [string, string][]) {
    it(`has each resource priced, free or named: ${program} ${environment}`, async function () {
      const { checkpoint } = await rehearsed(this, environment, program);
      const resources = checkpointResources(checkpoint);
      const found = estimate(resources, usageOf(environment));
      const unknown = resources
        .filter(({ custom, type }) => custom && type.startsWith("aws:"))
        .filter(({ type }) => !Object.hasOwn(CHARGES, type) && !Object.hasOwn(FREE, type));
      assert.deepEqual(
        unknown.map(({ type }) => type),
        [],
      );
      // Each of these is known to have no figure; anything else that comes up here needs a price or a reason.
      const open = found.notPriced.map(({ resource: name }) => name);
      assert.deepEqual(open, program === "." ? ["cloudwatch.LogDelivery cdn"] : []);
      assert.ok(found.total.low > 0 && found.total.high >= found.total.low);
      near(add(...rowsOf(found.items).map(({ usd }) => usd)).high, found.total.high, 1e-6);
    });
  }

  for (const environment of ENVIRONMENTS) {
    it(`fits the budget in the stack file: ${environment}`, async function () {
      const { checkpoint } = await rehearsed(this, environment);
      const found = estimate(checkpointResources(checkpoint), usageOf(environment));
      assert.deepEqual(
        judgeBudgets(found).map(({ ok }) => ok),
        [true],
      );
    });
  }

  it("is near the facts' figures for production, and says which of its prices may be off", async function () {
    const { checkpoint } = await rehearsed(this, "production");
    const { items, total } = estimate(checkpointResources(checkpoint), usageOf("production"));
    near(total.low, 740, 60);
    near(total.high, 1930, 100);
    assert.ok(uncertainPrices(items).some(({ price }) => price.id === "rds/proxy"));
    assert.ok(costTable({ items, total, notPriced: [], free: 0, budgets: [] }).rows.some((row) => row[3] === "~"));
  });
});

describe("./prism cost", function () {
  this.timeout(240_000);
  const directory = temporaryDirectory();

  const checkpointFile = (resources: object[]): string => {
    const file = path.join(directory, "checkpoint.json");
    fs.writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
    return file;
  };
  const foreign = [
    { urn: "urn:pulumi:live::shop::pulumi:pulumi:Stack::shop-live", type: "pulumi:pulumi:Stack" },
    {
      urn: "urn:pulumi:live::shop::aws:ec2/natGateway:NatGateway::<b>gate</b>",
      type: "aws:ec2/natGateway:NatGateway",
      custom: true,
      inputs: { region: NORTH },
    },
    { urn: "urn:pulumi:live::shop::aws:foo/bar:Bar::bar", type: "aws:foo/bar:Bar", custom: true },
  ];

  const urnOfBudget = "urn:pulumi:live::shop::aws:budgets/budget:Budget::";
  const ofBudget = (limitAmount: string) => ({
    type: "aws:budgets/budget:Budget",
    custom: true,
    inputs: { limitAmount, limitUnit: "USD" },
  });

  it("estimates the checkpoint of any program, as one JSON document and nothing else on stdout", async () => {
    const { code, stdout, stderr } = await prism(["cost", "--checkpoint", checkpointFile(foreign), "--json"]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as Record<string, unknown> & { total: Range; notPriced: { reason: string }[] };
    assert.deepEqual([report.verb, report.project, report.stack], ["cost", "shop", "live"]);
    assert.deepEqual(report.total, exactly(33.58));
    assert.deepEqual(
      report.notPriced.map(({ reason }) => reason),
      ["data through NAT: by use, and there are no usage assumptions for it", "this type is not known here"],
    );
    assert.equal(report.usage, undefined);
  });

  it("takes the usage of an environment that is named with it, and shows HTML in names as text", async () => {
    const budget = { ...ofBudget("1e9"), urn: `${urnOfBudget}<i>limit</i>` };
    const file = checkpointFile([...foreign, budget]);
    const { code, stdout } = await prism(["cost", "production", "--checkpoint", file, "--markdown"]);
    assert.equal(code, 0);
    assert.match(stdout, /data through NAT/);
    assert.match(stdout, /^- budgets\.Budget &lt;i&gt;limit&lt;\/i&gt;: 1000000000 USD covers the estimate/);
    assert.doesNotMatch(stdout, /<[bi]>/);
  });

  it("ends with 1 and the limit to set where the budget does not fit", async () => {
    const budget = { ...ofBudget("10"), urn: `${urnOfBudget}limit` };
    const { code, stdout } = await prism(["cost", "--checkpoint", checkpointFile([...foreign, budget])]);
    assert.equal(code, 1);
    assert.match(stdout, /budgets\.Budget limit: 10 USD does not fit.*: 34 or more does; set .*monthlyLimitUsd: 50/);
  });

  for (const [what, args, message] of [
    ["a file that is not there", ["--checkpoint", "nowhere.json"], /nowhere\.json: cannot be read/],
    ["an environment that is not there", ["nowhere"], /environment "nowhere" has no stack file/],
    ["two ways to print", ["--json", "--markdown"], /--json and --markdown: one of them/],
    ["a commit that git does not know", ["dev", "--from", "nowhere"], /--from nowhere: git knows no such branch/],
  ] as [string, string[], RegExp][]) {
    it(`ends with 2 for ${what}`, async () => {
      const { code, stderr } = await prism(["cost", ...args]);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  it("says what a change costs, of the resources and of the usage, without a word of the rehearsal on stdout", async function () {
    const cli = await pulumiCli(this);
    const checkout = path.join(directory, "checkout");
    copyOfThisCheckout(checkout);
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    const git = (...args: string[]) => execFileSync("git", [...identity, ...args], { cwd: checkout });
    git("add", "--all", ".");
    git("commit", "--quiet", "--message", "base");
    // The account's log of model calls holds their text, and there are more of them.
    fs.appendFileSync(
      path.join(checkout, "account/Pulumi.dev.yaml"),
      "  ai-prism-account:modelInvocationLog: { text: true }\n",
    );
    const file = path.join(checkout, "Pulumi.dev.yaml");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/documentsPerDay:.*/, "documentsPerDay: 10000"));
    const args = ["cost", "dev", "--program", "account", "--from", "HEAD", "--json"];
    const { code, stdout, stderr } = await run(path.join(checkout, "prism"), args, {
      cwd: checkout,
      env: { PRISM_DIR: "", PRISM_PULUMI: cli },
    });
    assert.equal(code, 0, stderr);
    const { from, total } = JSON.parse(stdout) as {
      total: Range;
      from: { reference: string; total: Range; changes: { component: string; change: Range }[] };
    };
    assert.equal(from.reference, "HEAD");
    assert.deepEqual(
      from.changes.map(({ component }) => component),
      ["ModelInvocationLog model-invocations"],
    );
    near(from.changes[0]!.change.high, total.high - from.total.high, 0.011);
    // 300,000 documents of 22,000 tokens, 4 bytes each, and 2 KiB a call: 25 GiB.
    near(from.changes[0]!.change.high, 25.2 * 0.54, 1);
  });
});
