import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

import { findProvider } from "../../operations/provider-check";
import { camelCase, pluralName, renamedArguments } from "../../operations/provider-check/names";
import type { ProviderSchema } from "../../operations/provider-check/schema";
import { providerSchema } from "../../operations/provider-check/tools";
import { root } from "../../operations/paths";
import { factsOf, modelledTypes } from "../../rehearsal/facts";
import type { Schema } from "./conformance/schema";

/** What the provider behind @pulumi/aws fills in and the older one does not that Terraform runs here. */
const newer = [
  "aws:ec2/natGateway:NatGateway secondaryAllocationIds",
  "aws:ec2/subnet:Subnet cidrBlock",
  "aws:ec2/subnet:Subnet ipv6CidrBlock",
  "aws:route53/healthCheck:HealthCheck regions",
];

const types = modelledTypes().filter((type) => type.startsWith("aws:"));

/** What @pulumi/aws declares of a type: its arguments, whether required, and its outputs, whether there in any case. */
function declared(type: string): { args: Map<string, boolean>; outputs: Map<string, boolean> } {
  const [, file = "", name = ""] = type.split(":");
  const text = fs.readFileSync(path.join(root, "node_modules", "@pulumi", "aws", `${file}.d.ts`), "utf8");
  const properties = (head: string) => {
    const start = text.indexOf(head);
    const body = text.slice(start, text.indexOf("\n}", start));
    return [...body.matchAll(/^ {4}(?:readonly )?(\w+)(\??): ([^]*?);(?=\n {4}[^\s}]|$(?![^]))/gm)];
  };
  return {
    args: new Map(properties(`export interface ${name}Args {`).map(([, property, mark]) => [property!, mark === ""])),
    outputs: new Map(
      properties(`export declare class ${name} extends`).map(([, property, , kind]) => [
        property!,
        !kind!.includes("| undefined"),
      ]),
    ),
  };
}

describe("the facts of every type", () => {
  it("name the arguments that @pulumi/aws declares, which of them it requires, and the other outputs", () => {
    for (const type of types) {
      const facts = factsOf(type)!;
      const { args, outputs } = declared(type);
      const required = [...args].filter(([, isRequired]) => isRequired).map(([name]) => name);
      assert.deepEqual(Object.keys(facts.inputs).sort(), [...args.keys()].sort(), type);
      assert.deepEqual([...facts.required].sort(), required.sort(), type);
      assert.deepEqual([...facts.computed].sort(), [...outputs.keys()].filter((name) => !args.has(name)).sort(), type);
    }
  });

  it("say that AWS fills in what is not given and is an output all the same", () => {
    for (const type of types) {
      const facts = factsOf(type)!;
      const { args, outputs } = declared(type);
      for (const [name, isThere] of outputs) {
        if (args.get(name) !== false || name === "region") continue;
        const filledIn = facts.optionalComputed?.includes(name) ?? false;
        const settled = name === facts.nameProperty || name in (facts.defaults ?? {}) || facts.kept?.includes(name);
        assert.ok(filledIn === isThere || (isThere && settled), `${type} ${name}`);
      }
    }
  });

  it("fill templates with properties that there are", () => {
    const made = /^(partition|region|account|uuid|time|id|(hex|digits|upper|lower|mixed):\d+)$/;
    for (const type of types) {
      const facts = factsOf(type)!;
      const { id, arn = "", importId } = facts;
      for (const [, name = ""] of `${id} ${arn} ${importId || ""}`.matchAll(/\{([^}|]+)/g)) {
        const [property = ""] = name.split(/[.[]/);
        assert.ok(
          made.test(name) || property in facts.inputs || facts.computed.includes(property),
          `${type} {${name}}`,
        );
      }
    }
  });

  describe("beside the schema of the Terraform AWS provider", function () {
    this.timeout(120_000);
    let schema: ProviderSchema;
    before(async function () {
      const tools = findProvider();
      if (typeof tools === "string") {
        process.stderr.write(`facts are not compared with the provider's schema: ${tools}\n`);
        return this.skip();
      }
      schema = await providerSchema(tools);
    });

    it("say of the same arguments that AWS fills them in, save those of newer versions", () => {
      const differing: string[] = [];
      for (const type of types) {
        const facts = factsOf(type)!;
        const attributes = (schema[facts.tf!]?.block as Schema | undefined)?.attributes ?? {};
        for (const [attribute, { optional, computed }] of Object.entries(attributes)) {
          const name = renamedArguments[facts.tf!]?.[attribute] ?? camelCase(attribute);
          const property = [name, pluralName(name)].find((one) => one in facts.inputs);
          if (!property || !optional) continue;
          const filledIn = facts.optionalComputed?.includes(property) ?? false;
          const settled = property in (facts.defaults ?? {}) || facts.kept?.includes(property);
          if (filledIn !== (computed ?? false) && !(computed && settled)) differing.push(`${type} ${property}`);
        }
      }
      assert.deepEqual(differing, newer);
    });
  });
});
