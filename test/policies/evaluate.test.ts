import * as assert from "node:assert/strict";
import { evaluate } from "../../policies/evaluate";
import type { ResourceRule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { resource, run, unknown, urnOf, violationsOf } from "./support";

const base: Pick<ResourceRule, "family" | "severity" | "types" | "controls" | "remediation" | "url"> = {
  family: "encryption",
  severity: "high",
  types: ["aws:sns/topic:Topic"],
  controls: { wellArchitected: ["SEC08-BP02"] },
  remediation: "Mend it.",
  url: "https://docs.aws.amazon.com/x.html",
};
const topic = resource("aws:sns/topic:Topic", "t", { name: "hunter22", kmsMasterKeyId: unknown });

const broken: ResourceRule = {
  ...base,
  id: "broken",
  title: "A rule that breaks",
  enforcement: "mandatory",
  scope: "resource",
  check(one) {
    throw new TypeError(`cannot work on ${one.text("name")}`);
  },
};

describe("The evaluation of rules", () => {
  it("reports a rule that throws as that rule's failure, at its level, and goes on", () => {
    const fine: ResourceRule = { ...broken, id: "fine", check: (_, { fail }) => fail("seen") };
    const { violations } = run([broken, fine], [topic]);
    assert.deepEqual(
      violations.map(({ rule, enforcement, urn }) => ({ rule, enforcement, urn })),
      ["broken", "fine"].map((rule) => ({ rule, enforcement: "mandatory", urn: topic.urn })),
    );
    assert.match(
      violations[0]!.message,
      /^The rule itself failed with TypeError in \S+ \(evaluate\.test\.ts:\d+:\d+\)/,
    );
  });

  it("keeps the words of a rule's error to itself, because they can hold a value", () => {
    const { violations } = run(broken, [topic]);
    assert.doesNotMatch(violations[0]!.message, /hunter22/);
  });

  it("makes the other decisions of a check when one waits, and counts the check as waiting", () => {
    const rule: ResourceRule = {
      ...broken,
      id: "several",
      check(one, { fail, attempt }) {
        attempt(() => void one.value("kmsMasterKeyId"));
        attempt(() => fail("decided"));
      },
    };
    const { violations, deferred, evaluated } = run(rule, [topic]);
    assert.deepEqual(
      violations.map(({ message }) => message),
      ["decided"],
    );
    assert.deepEqual(deferred, [{ rule: "several", urn: topic.urn }]);
    assert.equal(evaluated, 0);
  });

  it("gives a rule its parameters, configured or by default, and no others", () => {
    const seen: unknown[] = [];
    const rule: ResourceRule = {
      ...broken,
      id: "parameters",
      parameters: { days: { type: "integer", description: "Days.", default: 7 } },
      check(_, { parameter }) {
        seen.push(parameter("days"));
        parameter("other");
      },
    };
    assert.match(run(rule, [topic]).violations[0]!.message, /itself failed with TypeError/);
    run(rule, [topic], { days: 14 });
    assert.deepEqual(seen, [7, 14]);
  });

  it("finds nothing in an empty stack, and no rule fails on resources without properties", () => {
    assert.deepEqual(run(rules, []), { violations: [], evaluated: 0, deferred: [] });
    const types = new Set(rules.flatMap((rule) => (rule.types === "any" ? [] : rule.types)));
    const odd: Record<string, unknown>[] = [
      {},
      { policy: null, assumeRolePolicy: 5, settings: "x", tags: [], rules: {}, ingress: [null], parameters: [null] },
      {
        settings: [null, {}, unknown],
        grants: [null, unknown],
        inlinePolicies: [null],
        origins: [null],
        tags: unknown,
      },
    ];
    for (const properties of odd) {
      const stack = [...types].map((type) => resource(type, "x", properties));
      const faults = run(rules, stack).violations.filter(({ message }) => /itself failed/.test(message));
      assert.deepEqual(
        faults.map(({ rule, message }) => `${rule}: ${message}`),
        [],
      );
    }
  });

  it("waits when every property is unknown, except where the mere presence of one decides", () => {
    const properties = new Proxy<Record<string, unknown>>(
      {},
      {
        get: (_, name) => (typeof name === "string" && !name.startsWith("__") ? unknown : undefined),
        getOwnPropertyDescriptor: () => ({ value: unknown, configurable: true, enumerable: true }),
      },
    );
    const byPresence = [
      "cloudfront-waf",
      "cloudtrail-encrypted-delivered",
      "elasticache-auth",
      "flow-log-complete",
      "iam-no-users",
      "log-group-kms",
      "no-default-vpc",
      "no-flattened-outputs",
      "rds-hygiene",
      "rds-managed-password",
      "secret-cmk",
      "sns-encrypted",
    ];
    // The mere resource is what these two are about.
    const byType = ["iam-no-users", "no-default-vpc"];
    const resourceRules = rules.filter((rule) => rule.scope === "resource");
    for (const rule of resourceRules) {
      for (const type of rule.types === "any" ? ["aws:ssm/parameter:Parameter"] : rule.types) {
        const { violations, deferred } = evaluate([rule], [{ ...resource(type, "x"), properties }]);
        assert.equal(deferred.length, byPresence.includes(rule.id) ? 0 : 1, `${rule.id} on ${type}`);
        if (!byType.includes(rule.id)) assert.deepEqual(violations, [], rule.id);
      }
    }
  });

  it("judges what mocks recorded, and lets the stack's name say whether data may be lost", () => {
    const database = {
      type: "aws:rds/instance:Instance",
      name: "db",
      urn: "urn:pulumi:stack::project::aws:rds/instance:Instance::db",
      inputs: {
        storageEncrypted: true,
        manageMasterUserPassword: true,
        backupRetentionPeriod: 7,
        multiAz: true,
        dbSubnetGroupName: "db",
        vpcSecurityGroupIds: ["sg-1"],
      },
      outputs: { arn: "arn:aws:rds:eu-north-1:123456789012:db:db" },
    };
    assert.deepEqual(violationsOf([database], "dev"), []);
    assert.deepEqual(
      violationsOf([database]).map(({ rule, urn }) => ({ rule, urn })),
      [{ rule: "rds-deletion-protection", urn: urnOf(database.type, "db").replace("::test::", "::project::") }],
    );
  });
});
