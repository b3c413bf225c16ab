import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { DATABASE_CLASS_MEMORY_GIB } from "../../catalog/database-classes";
import { MODELS } from "../../catalog/models";
import { CACHE_MEMORY_GIB, DATABASE_PROCESSORS, LARGER, MODEL_QUOTAS } from "../../catalog/quotas";
import { findPrice } from "../../catalog/prices";
import { SECTIONS, validateConfig } from "../../infra/config";
import { type CapacityReport, type PartReport, capacity, fullLoad } from "../../operations/capacity/capacity";
import { type Plant, plantOf } from "../../operations/capacity/plant";
import { bottleneckLines, capacityTable } from "../../operations/capacity/tables";
import { multiply, rangeOf } from "../../operations/cost/range";
import type { Assumptions } from "../../operations/cost/source";
import { toMarkdown } from "../../operations/table";
import { checkpointResources } from "../../policies/checkpoint";
import { rehearsed } from "../support/rehearsed";
import { ENVIRONMENTS, ROOT, stackFile } from "../support/stack-files";
import { prism, temporaryDirectory } from "./prism";

const SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0";

function assumptions(given: { usage?: object; models?: object; database?: object } = {}): Assumptions {
  return {
    usage: SECTIONS.usage.parse(given.usage ?? {}),
    models: SECTIONS.models.parse(given.models ?? {}),
    database: SECTIONS.database.parse(given.database ?? {}),
  };
}

/** What a stack file assumes. */
function assumptionsOf(environment: string): Assumptions {
  const file = stackFile(environment);
  const section = (name: string) => JSON.parse(file[`ai-prism:${name}`] ?? "{}") as object;
  return assumptions({ usage: section("usage"), models: section("models"), database: section("database") });
}

/** Production's sizes. */
const PLANT: Plant = {
  chain: [{ id: `eu.${SONNET}`, requestsPerMinute: 200 }],
  fleet: {
    region: "eu-north-1",
    instanceType: "t3.large",
    minInstances: 3,
    maxInstances: 15,
    webProcesses: 3,
    webThreads: 4,
    workerProcesses: 1,
    connectionsPerProcess: 8,
  },
  database: { region: "eu-north-1", instanceClass: "db.t3.micro", copies: 2, maxStorageGiB: 100, proxy: true },
  redis: { region: "eu-north-1", engine: "redis", nodeType: "cache.t3.micro", nodes: 2, shards: 1 },
  replication: { bucket: "documents" },
  firewall: { requestsPerFiveMinutes: 2000 },
  cdn: { name: "cdn" },
};

function find(report: CapacityReport, name: string): PartReport {
  const found = report.parts.find((part) => part.name === name);
  assert.ok(found, `${name} is not among ${report.parts.map((part) => part.name).join(", ")}`);
  return found;
}

/** What a part holds, and how far it is used today, 10 and 100 times of it. */
function sharesOf(report: CapacityReport, name: string): number[] {
  return find(report, name).loads.map(({ share }) => Number(share.high.toPrecision(4)));
}

function near(actual: number | undefined, expected: number, share = 0.01): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= share * expected, `${actual} is not ${expected}`);
}

describe("the catalog of quotas", () => {
  it("knows the size of every database class that the configuration accepts, and how every model counts tokens", () => {
    assert.deepEqual(Object.keys(DATABASE_PROCESSORS).sort(), Object.keys(DATABASE_CLASS_MEMORY_GIB).sort());
    const served = Object.entries(MODELS).filter(([, { endOfLife }]) => endOfLife === undefined);
    assert.deepEqual(Object.keys(MODEL_QUOTAS).sort(), served.map(([id]) => id).sort());
  });

  it("leads from every size to a larger one with a price, and never round in a circle", () => {
    const price = (size: string) =>
      findPrice(size.startsWith("db.") ? `rds/${size}` : `elasticache/redis/${size}`, "eu-north-1");
    for (const [size, larger] of Object.entries(LARGER)) {
      assert.ok(price(size) && price(larger), `${size} → ${larger}`);
      const memory: Readonly<Record<string, number>> = { ...DATABASE_CLASS_MEMORY_GIB, ...CACHE_MEMORY_GIB };
      assert.ok(memory[larger]! >= memory[size]!, `${size} → ${larger}`);
      const seen = new Set([size]);
      for (let next: string | undefined = larger; next; next = LARGER[next]) {
        assert.ok(!seen.has(next), `${size} comes back to ${next}`);
        seen.add(next);
      }
    }
  });
});

describe("Bedrock's chain", () => {
  // 60 documents in the busiest hour: one a minute.
  const usage = {
    documentsPerDay: 300,
    busiestHourPercent: 20,
    inputTokensPerDocument: 20_000,
    outputTokensPerDocument: 2000,
  };
  const chain = (...ids: string[]) => ids.map((id) => ({ id, requestsPerMinute: 200 }));
  const whole = "Bedrock, the whole chain, documents";

  it("counts output five times over against the quota of tokens", () => {
    const report = capacity({ chain: chain(`eu.${SONNET}`) }, assumptions({ usage }));
    assert.deepEqual(sharesOf(report, "Bedrock, sonnet-4-5, tokens"), [0.15, 1.5, 15]);
    assert.deepEqual(sharesOf(report, "Bedrock, sonnet-4-5, requests"), [0.005, 0.05, 0.5]);
  });

  it("counts output ten times over for Sonnet 5.5", () => {
    const report = capacity({ chain: chain("eu.anthropic.claude-sonnet-5-5") }, assumptions({ usage }));
    assert.deepEqual(sharesOf(report, "Bedrock, sonnet-5-5, tokens"), [0.2, 2, 20]);
  });

  it("holds what the scarcer of requests and tokens lets through", () => {
    const many = { ...usage, callsPerDocument: 100 };
    near(find(capacity({ chain: chain(`eu.${SONNET}`) }, assumptions({ usage })), whole).holds, 200 / 30);
    near(find(capacity({ chain: chain(`eu.${SONNET}`) }, assumptions({ usage: many })), whole).holds, 2);
  });

  it("adds a fallback on another model, which gets what the first cannot take", () => {
    const report = capacity({ chain: chain(`eu.${SONNET}`, `eu.${HAIKU}`) }, assumptions({ usage }));
    near(find(report, whole).fullAt, (2 * 200) / 30);
    assert.deepEqual(sharesOf(report, "Bedrock, haiku-4-5, tokens"), [0, 0.5, 14]);
    assert.equal(find(report, "Bedrock, sonnet-4-5, tokens").beyond.absorbed, true);
    assert.equal(report.bottleneck?.name, whole);
  });

  it("counts a model once that stands in it twice, through two profiles", () => {
    const once = capacity({ chain: chain(`eu.${SONNET}`) }, assumptions({ usage }));
    const twice = capacity({ chain: chain(`eu.${SONNET}`, `global.${SONNET}`) }, assumptions({ usage }));
    assert.equal(find(twice, whole).holds, find(once, whole).holds);
    assert.match(twice.notes.join(), /global\..*: shares the quota of the same model/);
  });

  it("takes the account's own quota where the stack file has it, and says so where it does not", () => {
    const models = { chain: [{ id: `eu.${SONNET}`, requestsPerMinute: 200, tokensPerMinute: 1_000_000 }] };
    const own = capacity({ chain: chain(`eu.${SONNET}`) }, assumptions({ usage, models }));
    assert.equal(find(own, "Bedrock, sonnet-4-5, tokens").holds, 1_000_000);
    assert.equal(find(own, whole).uncertain, undefined);
    const assumed = capacity({ chain: chain(`eu.${SONNET}`) }, assumptions({ usage }));
    assert.match(find(assumed, "Bedrock, sonnet-4-5, tokens").uncertain!, /tokensPerMinute of eu\./);
  });

  it("leaves a model out that it does not know, and says so", () => {
    const report = capacity({ chain: chain("eu.anthropic.claude-next") }, assumptions({ usage }));
    assert.deepEqual(report.parts, []);
    assert.match(report.notes[0]!, /claude-next: how its tokens are counted is not known/);
    assert.deepEqual(bottleneckLines(report), ["No part of it fills up."]);
  });
});

describe("the other parts", () => {
  const cases: [part: string, usage: object, shares: number[]][] = [
    // 100 of 180 in the busiest hour.
    ["Workers, documents", { documentsPerDay: 500, secondsPerDocument: 60 }, [0.5556, 5.556, 55.56]],
    // 250 users × 200 requests × a fifth in an hour, a twelfth of that, a quarter of it from one address.
    ["Firewall, requests of one office", { users: 250 }, [0.1042, 1.042, 10.42]],
    // 5 GiB and a year of 1 GiB a month.
    ["Database, storage in a year", { databaseGiB: 5, databaseGrowthGiBPerMonth: 1 }, [0.17, 1.25, 12.05]],
    // Two sessions of 4 KiB for each user and a day of 8 KiB jobs, in 384 MiB.
    ["Redis, memory", { users: 1024, documentsPerDay: 1024 }, [0.04167, 0.4167, 4.167]],
    ["CDN, requests", { users: 9000, requestsPerUserPerDay: 5000, busiestHourPercent: 100 }, [0.05, 0.5, 5]],
    // 50 GiB a month, a fifth of a day's in one hour, of 1 Gbit/s.
    ["Replication within 15 minutes", { storedGrowthGiBPerMonth: 50 }, [0.0007954, 0.007954, 0.07954]],
  ];
  for (const [part, usage, shares] of cases) {
    it(`are used as reckoned by hand: ${part}`, () => {
      const report = capacity(PLANT, assumptions({ usage }));
      sharesOf(report, part).forEach((share, index) => {
        near(share, shares[index]!, 0.005);
      });
    });
  }

  it("need connections for twice the instances that run, and never for fewer than the least", () => {
    const idle = capacity(PLANT, assumptions({ usage: { users: 0, documentsPerDay: 0 } }));
    const connections = find(idle, "Database, connections of the proxy");
    assert.equal(connections.holds, 990);
    assert.equal(connections.loads[0]!.used.high, 3 * 2 * 4 * 8);
    assert.equal(connections.fullAt, undefined);
  });

  it("offer RDS Proxy where there is none, then a larger class, each with its price", () => {
    const plant = { ...PLANT, database: { ...PLANT.database!, proxy: false, copies: 1 } };
    const { lifts } = find(capacity(plant, assumptions()), "Database, connections");
    assert.deepEqual(
      lifts.map(({ how, usd }) => [how, usd?.high.toFixed(2)]),
      [
        ["database.proxy: true", "21.90"],
        ["database.instanceClass: db.t3.small", "12.41"],
      ],
    );
  });

  it("offer cluster mode for Redis where no larger node is left", () => {
    const plant = { ...PLANT, redis: { ...PLANT.redis!, nodeType: "cache.r6g.xlarge" } };
    assert.match(find(capacity(plant, assumptions()), "Redis, memory").lifts[0]!.how, /^cluster mode/);
  });

  it("offer no more processes than an instance has memory and the database connections for", () => {
    const workers = (plant: Plant) =>
      find(capacity(plant, assumptions()), "Workers, documents").lifts.map(({ how }) => how);
    assert.deepEqual(workers(PLANT), ["application.workerProcesses: 2", "application.minInstances: 6"]);
    const small = { ...PLANT.fleet!, instanceType: "t3.micro" };
    assert.deepEqual(workers({ ...PLANT, fleet: small }), ["application.minInstances: 6"]);
    const crowded = { ...PLANT.fleet!, minInstances: 15, webProcesses: 5 };
    const direct = { ...PLANT.database!, proxy: false };
    assert.match(workers({ ...PLANT, fleet: crowded, database: direct })[0]!, /^a larger database\.instanceClass/);
  });

  it("have no price where the region has none, and are left out where a size is not known", () => {
    const far = { ...PLANT.redis!, region: "ap-south-1" };
    const odd = { ...PLANT.database!, instanceClass: "db.x9.huge" };
    const report = capacity({ ...PLANT, redis: far, database: odd }, assumptions());
    assert.equal(find(report, "Redis, memory").lifts[0]!.usd, undefined);
    assert.match(report.notes.join(), /db\.x9\.huge: its size is not known/);
    assert.ok(!report.parts.some(({ name }) => name === "Database, processor"));
  });

  it("are each larger after what is offered to make room", () => {
    const report = capacity(
      PLANT,
      assumptions({ usage: { users: 250, documentsPerDay: 500, databaseGrowthGiBPerMonth: 1 } }),
    );
    const changes: Record<string, (plant: Plant, value: string) => Plant> = {
      "application.workerProcesses": (plant, value) => ({
        ...plant,
        fleet: { ...plant.fleet!, workerProcesses: Number(value) },
      }),
      "application.minInstances": (plant, value) => ({
        ...plant,
        fleet: { ...plant.fleet!, minInstances: Number(value) },
      }),
      "application.maxInstances": (plant, value) => ({
        ...plant,
        fleet: { ...plant.fleet!, maxInstances: Number(value) },
      }),
      "database.instanceClass": (plant, value) => ({
        ...plant,
        database: { ...plant.database!, instanceClass: value },
      }),
      "database.maxAllocatedStorageInGiB": (plant, value) => ({
        ...plant,
        database: { ...plant.database!, maxStorageGiB: Number(value) },
      }),
      "redis.nodeType": (plant, value) => ({ ...plant, redis: { ...plant.redis!, nodeType: value } }),
      "firewall.requestsPerFiveMinutes": (plant, value) => ({
        ...plant,
        firewall: { requestsPerFiveMinutes: Number(value) },
      }),
    };
    let tried = 0;
    for (const part of report.parts.filter(({ fullAt }) => fullAt !== undefined)) {
      for (const { how } of part.lifts) {
        const [, setting = "", value = ""] = /^([a-zA-Z.]+): (\S+)$/.exec(how) ?? [];
        const change = changes[setting];
        if (!change) continue;
        tried++;
        const after = capacity(
          change(PLANT, value),
          assumptions({ usage: { users: 250, documentsPerDay: 500, databaseGrowthGiBPerMonth: 1 } }),
        );
        assert.ok((find(after, part.name).fullAt ?? Infinity) > 1.5 * part.fullAt!, `${part.name}: ${how}`);
      }
    }
    assert.ok(tried >= 8, String(tried));
  });
});

describe("the first bottleneck", () => {
  it("is the part that is full first and that nothing stands in for, with what lifts it and its price", () => {
    const report = capacity(PLANT, assumptions({ usage: { documentsPerDay: 500 } }));
    assert.equal(report.bottleneck?.name, "Workers, documents");
    near(report.bottleneck.fullAt, 1.8);
    const [first, lifted] = bottleneckLines(report);
    assert.match(first!, /^First bottleneck: Workers, documents, full at 1\.8 times today's load: documents wait/);
    assert.match(lifted!, /application\.workerProcesses: 2 \(0\.00 USD a month\)/);
    // Three more instances.
    assert.match(lifted!, /application\.minInstances: 6 \(189 USD a month\)/);
  });

  it("is none for a stack without any part", () => {
    const report = capacity({ chain: [] }, assumptions());
    assert.deepEqual(report, { parts: [], notes: [] });
    assert.equal(toMarkdown([capacityTable(report)]).includes("undefined"), false);
  });

  it("is found where the use passes what there is, in steps or not at all", () => {
    const linear = (load: number) => multiply(load, 0.5);
    near(fullLoad(10, linear), 20, 1e-6);
    near(
      fullLoad(10, (load) => rangeOf(Math.ceil(load) * 4)),
      2,
      1e-6,
    );
    assert.equal(
      fullLoad(10, () => rangeOf(9)),
      undefined,
    );
    near(
      fullLoad(1, (load) => rangeOf(4 * load)),
      0.25,
      1e-6,
    );
  });
});

describe("the plan in docs/scaling.md", function () {
  this.timeout(240_000);
  const page = fs.readFileSync(path.join(ROOT, "docs/scaling.md"), "utf8");

  for (const environment of ENVIRONMENTS) {
    it(`starts from a deployment that carries today's load: ${environment}`, async function () {
      const { checkpoint } = await rehearsed(this, environment);
      const report = capacity(plantOf(checkpointResources(checkpoint)), assumptionsOf(environment));
      assert.ok(report.bottleneck!.fullAt! > 1);
      assert.equal(report.parts.length, environment === "production" ? 18 : report.parts.length);
      assert.deepEqual(report.notes, []);
    });
  }

  it("shows production as `./prism capacity production --markdown` does", async function () {
    const { checkpoint } = await rehearsed(this, "production");
    const report = capacity(plantOf(checkpointResources(checkpoint)), assumptionsOf("production"));
    const rows = (markdown: string) =>
      markdown
        .split("\n")
        .filter((line) => line.startsWith("|") && !/^\|[\s:|-]+\|$/.test(line))
        .map((line) => line.split("|").map((cell) => cell.trim().replace(/\\(.)/g, "$1")));
    const shown = page.slice(page.indexOf("<!-- production -->"), page.indexOf("<!-- end: production -->"));
    assert.deepEqual(rows(shown), rows(toMarkdown([capacityTable(report)], 0)));
  });

  const stages: [load: number, change: (plant: Plant) => Plant, tokens: number, settings: string[]][] = [
    [
      10,
      (plant) => ({
        ...plant,
        fleet: { ...plant.fleet!, minInstances: 5, workerProcesses: 4 },
        database: { ...plant.database!, maxStorageGiB: 200 },
        firewall: { requestsPerFiveMinutes: 4000 },
      }),
      1_000_000,
      [
        "application.minInstances: 5",
        "application.workerProcesses: 4",
        "database.maxAllocatedStorageInGiB: 200",
        "firewall.requestsPerFiveMinutes: 4000",
      ],
    ],
    [
      100,
      (plant) => ({
        ...plant,
        fleet: { ...plant.fleet!, minInstances: 21, maxInstances: 40, workerProcesses: 8 },
        database: { ...plant.database!, instanceClass: "db.m6g.large", maxStorageGiB: 1500 },
        redis: { ...plant.redis!, nodeType: "cache.t3.small" },
        firewall: { requestsPerFiveMinutes: 25_000 },
      }),
      6_000_000,
      [
        "application.minInstances: 21",
        "application.maxInstances: 40",
        "application.workerProcesses: 8",
        "database.instanceClass: db.m6g.large",
        "database.maxAllocatedStorageInGiB: 1500",
        "redis.nodeType: cache.t3.small",
        "firewall.requestsPerFiveMinutes: 25000",
      ],
    ],
  ];
  for (const [load, change, tokensPerMinute, settings] of stages) {
    it(`carries ${load} times the load with the settings that it names for that`, async function () {
      const { checkpoint } = await rehearsed(this, "production");
      const plant = change(plantOf(checkpointResources(checkpoint)));
      const given = assumptionsOf("production");
      const chain = given.models.chain.map((each) => ({ ...each, tokensPerMinute }));
      const report = capacity(plant, { ...given, models: { ...given.models, chain } });
      assert.ok(report.bottleneck!.fullAt! >= load, bottleneckLines(report).join("\n"));
      for (const setting of settings) assert.ok(page.includes(`\`${setting}\``), setting);
    });

    it(`names settings for ${load} times the load that go together`, () => {
      const raw = stackFile("production");
      for (const setting of settings) {
        const [, section, key, value] = /^(\w+)\.(\w+): (.+)$/.exec(setting)!;
        const block = JSON.parse(raw[`ai-prism:${section}`] ?? "{}") as object;
        const given = Number.isNaN(Number(value)) ? value : Number(value);
        raw[`ai-prism:${section}`] = JSON.stringify({ ...block, [key!]: given });
      }
      assert.doesNotThrow(() => validateConfig("production", raw, "2026-11-25"));
    });
  }
});

describe("./prism capacity", function () {
  this.timeout(120_000);
  const directory = temporaryDirectory();
  const file = path.join(directory, "checkpoint.json");
  const write = (resources: object[]) => {
    fs.writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
  };
  const table = {
    urn: "urn:pulumi:live::shop::aws:dynamodb/table:Table::orders<b>",
    type: "aws:dynamodb/table:Table",
    custom: true,
  };
  const redis = {
    urn: "urn:pulumi:live::shop::aws:elasticache/replicationGroup:ReplicationGroup::cache",
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    custom: true,
    inputs: { region: "eu-north-1", nodeType: "cache.t3.micro", numCacheClusters: 1, engine: "redis" },
  };

  it("prints one JSON document, with the bottleneck of whatever the checkpoint has", async () => {
    write([table, redis]);
    const { code, stdout, stderr } = await prism(["capacity", "production", "--checkpoint", file, "--json"]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { verb: string; project: string; parts: unknown[]; bottleneck: PartReport };
    assert.deepEqual([report.verb, report.project, report.parts.length], ["capacity", "shop", 1]);
    assert.equal(report.bottleneck.name, "Redis, memory");
  });

  it("says when a checkpoint has nothing that it knows", async () => {
    write([table]);
    const { code, stdout } = await prism(["capacity", "production", "--checkpoint", file]);
    assert.equal(code, 0);
    assert.match(stdout, /^shop live: has no part whose capacity is known here$/m);
  });

  it("ends with 2 where no environment says what the load is", async () => {
    write([table]);
    const { code, stderr } = await prism(["capacity", "--checkpoint", file]);
    assert.equal(code, 2);
    assert.match(stderr, /--checkpoint without an environment: name the one whose usage the load is/);
  });
});
