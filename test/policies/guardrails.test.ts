import assert from "node:assert/strict";
import { evaluate, type JudgedResource } from "../../policies/evaluate";
import { Resource } from "../../policies/resource";
import { rules } from "../../policies/rules";
import { noIgnoredGuardrails } from "../../policies/rules/no-ignored-guardrails";
import { resourcesOf } from "./whole-program/program";

/** Properties that mandatory rules read and that may be left to others, each with the reason. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  "says what the resource is of, and another value makes another resource": [
    "bucket",
    "deliverySourceName",
    "resourceArn",
    "role",
    "routeTableId",
    "secretId",
    "securityGroupId",
    "sourceDbInstanceArn",
    "subnetId",
    "topic",
    "vpcId",
  ],
  "says what kind of thing it is, and another value makes another resource": [
    "engine",
    "logType",
    "scope",
    "tier",
    "vpcEndpointType",
  ],
  "is changed by AWS or by a pipeline as well: versions, sizes and numbers": [
    "engineVersion",
    "instanceClass",
    "maxAllocatedStorage",
    "nodeType",
    "numCacheClusters",
    "solutionStackName",
  ],
  "stays with data that were restored": ["kmsKeyId", "masterUserSecretKmsKeyId"],
};
const left = Object.values(LEFT).flat();

/** The properties that mandatory rules ask for, by type, as far as the program gives them. */
function judged(resources: readonly JudgedResource[]): [type: string, property: string][] {
  const given = new Set(
    resources.flatMap(({ type, inputs = {} }) => Object.keys(inputs).map((key) => `${type} ${key}`)),
  );
  const asked = new Set<string>();
  let listening = false;
  const methods = ["list", "read", "text", "value"] as const;
  const prototype = Resource.prototype as unknown as Record<string, (path: string | string[]) => unknown>;
  const originals = methods.map((name) => prototype[name]!);
  for (const [index, name] of methods.entries()) {
    prototype[name] = function (this: Resource, path) {
      const [property] = typeof path === "string" ? path.split(".") : path;
      if (listening) asked.add(`${this.type} ${property}`);
      return originals[index]!.call(this, path);
    };
  }
  try {
    const mandatory = rules.filter(({ enforcement, types }) => enforcement === "mandatory" && types !== "any");
    evaluate(
      mandatory.map((rule) => ({
        ...rule,
        check: (resource: Resource, context: never) => {
          listening = true;
          try {
            rule.check(resource, context);
          } finally {
            listening = false;
          }
        },
      })),
      resources,
    );
  } finally {
    for (const [index, name] of methods.entries()) prototype[name] = originals[index]!;
  }
  return [...asked].filter((key) => given.has(key)).map((key) => key.split(" ") as [string, string]);
}

function isGuarded(type: string, property: string): boolean {
  const urn = `urn:pulumi:production::test::${type}::x`;
  const resource = { type, name: "x", urn, properties: {}, ignoreChanges: [property] };
  return evaluate([noIgnoredGuardrails], [resource]).violations.length > 0;
}

describe("What mandatory rules judge", function () {
  this.timeout(120_000);

  it("cannot be left to whoever changes it by hand, save for a reason", async () => {
    const resources = [...(await resourcesOf({})), ...(await resourcesOf({ program: "account" }))];
    const open = judged(resources).filter(([type, property]) => !isGuarded(type, property));
    assert.deepEqual(
      open.filter(([, property]) => !left.includes(property)).map((key) => key.join(" ")),
      [],
    );
    const named = new Set(open.map(([, property]) => property));
    assert.deepEqual(
      left.filter((property) => !named.has(property)),
      [],
      "not left to anybody any more",
    );
  });
});
