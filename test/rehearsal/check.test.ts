import assert from "node:assert/strict";

import { check, checkAtService } from "../../rehearsal/check";
import { factsOf, modelledTypes, shapesOf } from "../../rehearsal/facts";
import { complete } from "../../rehearsal/inputs";
import { type Properties, secret, UNKNOWN } from "../../rehearsal/values";

const BUCKET = "aws:s3/bucket:Bucket";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const TABLE = "aws:dynamodb/table:Table";
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const DATABASE = "aws:rds/instance:Instance";
const PARAMETER = "aws:ssm/parameter:Parameter";

/** `property: reason` of everything wrong. */
function failures(type: string, inputs: Properties): string[] {
  return check(factsOf(type)!, shapesOf(type), inputs).map(({ property, reason }) => `${property}: ${reason}`);
}

describe("the check of a resource's inputs", () => {
  it("passes inputs that are right", () => {
    assert.deepEqual(failures(BUCKET, { bucket: "a-bucket", tags: { team: "platform" } }), []);
  });

  it("names a property that does not exist, and the one that was meant", () => {
    assert.deepEqual(failures(BUCKET, { buckett: "a" }), [
      'buckett: there is no such property; did you mean "bucket"?',
    ]);
    assert.deepEqual(failures(LIFECYCLE, { bucket: "b", rules: [{ id: "r", status: "Enabled", zzz: 1 }] }), [
      "rules[0].zzz: there is no such property",
    ]);
  });

  it("names what must be given, nested properties included", () => {
    assert.deepEqual(failures(LIFECYCLE, { rules: [{ id: "r" }] }), [
      "rules[0].status: must be given",
      "bucket: must be given",
    ]);
  });

  it("refuses a value of the wrong kind", () => {
    assert.deepEqual(failures(BUCKET, { bucket: ["abc"], tags: "x", forceDestroy: "maybe" }), [
      'bucket: must be a text, not ["abc"]',
      "tags: must be a map",
      'forceDestroy: must be a boolean, not "maybe"',
    ]);
  });

  it("accepts numbers and booleans written as text, as the provider does", () => {
    assert.deepEqual(failures(DATABASE, { instanceClass: "db.t3.micro", allocatedStorage: "20", multiAz: "true" }), []);
  });

  it("refuses a value outside an enumeration, a pattern, a length, a range or a count", () => {
    assert.deepEqual(failures(LIFECYCLE, { bucket: "b".repeat(64), rules: [{ id: "r", status: "On" }] }), [
      'rules[0].status: must be one of Disabled, Enabled, not "On"',
      `bucket: must have 1 to 63 characters, not "${"b".repeat(64)}"`,
    ]);
    assert.deepEqual(failures(DATABASE, { instanceClass: "db.t3.micro", backupRetentionPeriod: 36 }), [
      "backupRetentionPeriod: must be at most 35, not 36",
    ]);
    assert.match(failures(DATABASE, { instanceClass: "db.t3.micro", identifier: "A" })[0]!, /^identifier: must match /);
    assert.deepEqual(failures(ALARM, { okActions: ["1", "2", "3", "4", "5", "6"].map((name) => `arn:${name}`) }), [
      "okActions: must have at most 5 items, not 6",
    ]);
  });

  it("refuses what excludes each other, and asks for what goes together", () => {
    const database = { instanceClass: "db.t3.micro" };
    assert.deepEqual(failures(DATABASE, { ...database, manageMasterUserPassword: true, password: "long-enough" }), [
      "manageMasterUserPassword: cannot be given together with password",
    ]);
    assert.deepEqual(failures(DATABASE, { ...database, passwordWo: "long-enough" }), [
      "passwordWo: needs passwordWoVersion as well",
    ]);
    assert.deepEqual(failures(PARAMETER, { type: "String" }), [
      "value: one of value, insecureValue, valueWo must be given",
    ]);
    assert.deepEqual(failures(PARAMETER, { type: "String", value: "a", valueWo: "b", valueWoVersion: 1 }), [
      "valueWo: only one of value, insecureValue, valueWo can be given",
    ]);
  });

  it("judges a relation within each item of a list", () => {
    const rule = (transition: Properties) => ({ id: "r", status: "Enabled", transitions: [transition] });
    const good = rule({ days: 30, storageClass: "GLACIER" });
    const bad = rule({ storageClass: "GLACIER" });
    assert.deepEqual(checkAtService(factsOf(LIFECYCLE)!, { bucket: "b", rules: [good, bad] }), [
      { property: "rules[1].transitions[0].date", reason: "one of date, days must be given" },
    ]);
  });

  it("judges what holds while others have certain values, within each item of a list and below what is nested", () => {
    const listener = { loadBalancerArn: "arn:aws:elasticloadbalancing:eu-north-1:123456789012:loadbalancer/app/a/b" };
    const actions = [{ type: "redirect", redirect: { statusCode: "HTTP_301" } }, { type: "forward" }];
    assert.deepEqual(failures("aws:lb/listener:Listener", { ...listener, defaultActions: actions }), [
      "defaultActions[1].targetGroupArn: targetGroupArn or forward must be given where type is forward",
    ]);
    const table = { attributes: [{ name: "id", type: "S" }], hashKey: "id", billingMode: "PAY_PER_REQUEST" };
    assert.deepEqual(failures(TABLE, { ...table, ttl: { enabled: true } }), [
      "ttl.attributeName: attributeName must be given where enabled is true",
    ]);
    assert.deepEqual(failures(TABLE, { ...table, ttl: { enabled: false } }), []);
  });

  it("bounds a number, or asks for a property, only while others have certain values", () => {
    const group = { description: "sessions", numCacheClusters: 1 };
    assert.deepEqual(failures(GROUP, group), []);
    assert.deepEqual(failures(GROUP, { ...group, automaticFailoverEnabled: true }), [
      "numCacheClusters: must be at least 2 where automaticFailoverEnabled is true, not 1",
    ]);
    assert.deepEqual(failures(GROUP, { description: "sessions", automaticFailoverEnabled: true }), []);
    assert.deepEqual(failures(DESTINATION, { name: "traces", deliveryDestinationType: "XRAY" }), []);
    assert.deepEqual(failures(DESTINATION, { name: "logs" }), [
      "deliveryDestinationConfiguration: deliveryDestinationConfiguration must be given where deliveryDestinationType is not XRAY",
    ]);
  });

  it("asks for a value to stand in another place too", () => {
    const table = { attributes: [{ name: "id", type: "S" }], billingMode: "PAY_PER_REQUEST" };
    assert.deepEqual(failures(TABLE, { ...table, hashKey: "id" }), []);
    assert.equal(
      failures(TABLE, { ...table, hashKey: "other" })[0],
      'hashKey: must stand in attributes[*].name too (there: id), not "other"',
    );
    assert.match(
      failures(TABLE, table)[0]!,
      /^attributes\[0\]\.name: must stand in hashKey or rangeKey or .* too, not "id"$/,
    );
    assert.deepEqual(failures(TABLE, { ...table, hashKey: UNKNOWN }), []);
  });

  it("judges what holds others of its kind at any depth", () => {
    const label = (scope: string) => ({ labelMatchStatement: { key: "a", scope } });
    const acl = (statement: Properties) => ({
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: { cloudwatchMetricsEnabled: true, metricName: "a", sampledRequestsEnabled: true },
      rules: [{ name: "r", priority: 0, visibilityConfig: {}, statement }],
    });
    const nested = (...statements: Properties[]) =>
      failures(
        "aws:wafv2/webAcl:WebAcl",
        acl({ notStatement: { statement: { andStatement: { statements } } } }),
      ).filter((failure) => failure.includes(".statement"));
    const path = "rules[0].statement.notStatement.statement.andStatement.statements";
    assert.deepEqual(nested(label("LABEL")), []);
    assert.deepEqual(nested(label("LABEL"), label("all")), [
      `${path}[1].labelMatchStatement.scope: must be one of LABEL, NAMESPACE, not "all"`,
    ]);
    assert.deepEqual(nested(), [`${path}: must have at least 1 items, not 0`]);
    assert.deepEqual(nested({ notStatement: {} }), [`${path}[0].notStatement.statement: must be given`]);
  });

  it("refuses a policy that is no JSON", () => {
    assert.deepEqual(failures("aws:s3/bucketPolicy:BucketPolicy", { bucket: "b", policy: "{" }), [
      "policy: must be JSON, and cannot be parsed",
    ]);
  });

  it("does not judge what is unknown", () => {
    assert.deepEqual(failures("aws:s3/bucketPolicy:BucketPolicy", { bucket: UNKNOWN, policy: UNKNOWN }), []);
    assert.deepEqual(failures(LIFECYCLE, { bucket: UNKNOWN, rules: UNKNOWN }), []);
    assert.deepEqual(failures(PARAMETER, { type: UNKNOWN, value: UNKNOWN }), []);
    assert.deepEqual(
      failures(DATABASE, { instanceClass: UNKNOWN, password: UNKNOWN, manageMasterUserPassword: true }),
      [],
    );
  });

  it("judges a secret and never shows it", () => {
    const [failure] = failures("aws:elasticache/replicationGroup:ReplicationGroup", {
      description: "sessions",
      authToken: secret("tooshort"),
    });
    assert.equal(failure, "authToken: must have 16 to 128 characters");
  });

  it("judges a secret inside a list item", () => {
    const inputs = {
      accessString: "on ~* +@all",
      engine: "redis",
      userId: "u",
      userName: "u",
      passwords: [secret("short")],
    };
    assert.deepEqual(failures("aws:elasticache/user:User", inputs), ["passwords[0]: must have 16 to 128 characters"]);
  });

  it("leaves what only AWS refuses to the moment of creation", () => {
    const inputs = { instanceClass: "db.t3.micro", identifier: "a".repeat(64) };
    assert.deepEqual(failures(DATABASE, inputs), []);
    assert.deepEqual(checkAtService(factsOf(DATABASE)!, inputs), [
      { property: "identifier", reason: `must have 1 to 63 characters, not "${"a".repeat(64)}"` },
    ]);
  });

  it("has facts whose paths and expressions all make sense", () => {
    for (const type of modelledTypes()) {
      const facts = factsOf(type)!;
      const patterns = [facts, facts.api ?? {}].flatMap((one) => Object.values(one.patterns ?? {}));
      for (const pattern of patterns) assert.doesNotThrow(() => new RegExp(pattern), `${type}: ${pattern}`);
      const named = [
        ...facts.required,
        ...(facts.optionalComputed ?? []),
        ...(facts.nameProperty ? [facts.nameProperty] : []),
        ...(facts.unique ?? []).flat(),
        ...[facts.conflicts, facts.exactlyOneOf, facts.atLeastOneOf].flatMap((groups) => (groups ?? []).flat()),
      ];
      for (const path of named) assert.ok(path.split(/[.[]/)[0]! in facts.inputs, `${type} has no input ${path}`);
      for (const kind of Object.values(facts.inputs)) {
        const shape = /#(\w+)/.exec(kind)?.[1];
        if (shape) assert.ok(shape in shapesOf(type), `${type}: no shape ${shape}`);
      }
    }
  });
});

describe("the completion of a resource's inputs", () => {
  const seed = Buffer.from("seed");
  const facts = factsOf(BUCKET)!;

  it("names what the program does not name, and says so", () => {
    const inputs = complete(facts, "Logs", undefined, {}, seed);
    assert.match(String(inputs.bucket), /^logs-[0-9a-f]{7}$/);
    assert.deepEqual(inputs.__defaults, ["bucket", "forceDestroy"]);
  });

  it("keeps the name that a resource has", () => {
    assert.equal(complete(facts, "logs", { bucket: "logs-1234567" }, {}, seed).bucket, "logs-1234567");
  });

  it("follows the name that the engine proposes or enforces", () => {
    const named = (mode: "propose" | "enforce" | "disable") =>
      complete(facts, "logs", undefined, {}, seed, { name: "Chosen", mode }).bucket;
    assert.equal(named("propose"), "chosen");
    assert.equal(named("enforce"), "Chosen");
    assert.equal(named("disable"), undefined);
  });

  it("leaves a name prefix alone", () => {
    assert.equal(complete(facts, "logs", undefined, { bucketPrefix: "logs-" }, seed).bucket, undefined);
  });

  it("fills in nested defaults where their parent is given, and changes nothing of the program's", () => {
    const distribution = factsOf("aws:cloudfront/distribution:Distribution")!;
    const given = { origins: [{ originId: "a", domainName: "a.example" }] };
    const inputs = complete(distribution, "cdn", undefined, given, seed);
    assert.deepEqual(inputs.origins, [
      { originId: "a", domainName: "a.example", connectionAttempts: 3, connectionTimeout: 10 },
    ]);
    assert.deepEqual(given, { origins: [{ originId: "a", domainName: "a.example" }] });
  });
});
