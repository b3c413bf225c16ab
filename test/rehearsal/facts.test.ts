import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

import { findProvider } from "../../operations/provider-check";
import { camelCase, pluralName, renamedArguments } from "../../operations/provider-check/names";
import type { ProviderSchema } from "../../operations/provider-check/schema";
import { providerSchema } from "../../operations/provider-check/tools";
import { root } from "../../operations/paths";
import { factsOf, modelledTypes, shapesOf } from "../../rehearsal/facts";
import type { Schema } from "./conformance/schema";

/** What the provider behind @pulumi/aws fills in and the older one does not that Terraform runs here. */
const newer = [
  "aws:ec2/natGateway:NatGateway secondaryAllocationIds",
  "aws:ec2/subnet:Subnet cidrBlock",
  "aws:ec2/subnet:Subnet ipv6CidrBlock",
  "aws:route53/healthCheck:HealthCheck regions",
];

const types = modelledTypes().filter((type) => type.startsWith("aws:"));

/** A property as the SDK declares it. */
interface Declared {
  required: boolean;
  kind: string;
}

/** The properties of an interface or class whose body is indented by so many spaces. */
function propertiesOf(body: string, indent: number): Map<string, Declared> {
  const property = new RegExp(
    `^ {${indent}}(?:readonly )?(\\w+)(\\??): ([^]*?);(?=\\n {${indent}}[^\\s}]|\\n*$(?![^]))`,
    "gm",
  );
  return new Map([...body.matchAll(property)].map(([, name, mark, kind]) => [name!, { required: !mark, kind: kind! }]));
}

/** What @pulumi/aws declares of a type: its arguments and its outputs. */
function declared(type: string): { args: Map<string, Declared>; outputs: Map<string, Declared> } {
  const [, file = "", name = ""] = type.split(":");
  const text = fs.readFileSync(path.join(root, "node_modules", "@pulumi", "aws", `${file}.d.ts`), "utf8");
  const properties = (head: string) => {
    const start = text.indexOf(head);
    return propertiesOf(text.slice(start, text.indexOf("\n}", start)), 4);
  };
  return {
    args: properties(`export interface ${name}Args {`),
    outputs: properties(`export declare class ${name} extends`),
  };
}

/** The nested arguments that @pulumi/aws declares, by `module.Name`. */
function nestedInputs(): Map<string, Map<string, Declared>> {
  const text = fs.readFileSync(path.join(root, "node_modules", "@pulumi", "aws", "types", "input.d.ts"), "utf8");
  const all = new Map<string, Map<string, Declared>>();
  for (const part of text.split(/^export declare namespace /m).slice(1)) {
    for (const [, name, body] of part.matchAll(/^ {4}interface (\w+) \{\n([^]*?)^ {4}\}/gm)) {
      all.set(`${/^\w+/.exec(part)![0]}.${name}`, propertiesOf(body!, 8));
    }
  }
  return all;
}

describe("the facts of every type", () => {
  it("name the arguments that @pulumi/aws declares, which of them it requires, and the other outputs", () => {
    for (const type of types) {
      const facts = factsOf(type)!;
      const { args, outputs } = declared(type);
      const required = [...args].filter(([, one]) => one.required).map(([name]) => name);
      assert.deepEqual(Object.keys(facts.inputs).sort(), [...args.keys()].sort(), type);
      assert.deepEqual([...facts.required].sort(), required.sort(), type);
      assert.deepEqual([...facts.computed].sort(), [...outputs.keys()].filter((name) => !args.has(name)).sort(), type);
    }
  });

  it("have the nested properties that @pulumi/aws declares, and which of them it requires", () => {
    const nested = nestedInputs();
    for (const type of types) {
      const seen = new Set<string>();
      const walk = (kinds: Record<string, string>, given: ReadonlyMap<string, Declared>, at: string) => {
        if (at) assert.deepEqual(Object.keys(kinds).sort(), [...given.keys()].sort(), `${type} ${at}`);
        for (const [name, kind] of Object.entries(kinds)) {
          const here = at ? `${at}.${name}` : name;
          const { required, kind: declaredKind } = given.get(name)!;
          // The SDK makes optional what holds itself; a statement about statements has some.
          const holdsItself = /\.(and|or|not)Statement\.statements?$/.test(here);
          if (at && !holdsItself) assert.equal(kind.endsWith("!"), required, `${type} ${here}`);
          const [, module, inner] = /^pulumi\.Input<(?:pulumi\.Input<)?inputs\.(\w+)\.(\w+)/.exec(declaredKind) ?? [];
          const shape = /#(\w+)/.exec(kind)?.[1];
          assert.equal(shape !== undefined, inner !== undefined, `${type} ${here}`);
          if (!shape || seen.has(`${shape} ${inner}`)) continue;
          seen.add(`${shape} ${inner}`);
          walk(shapesOf(type)[shape]!, nested.get(`${module}.${inner}`)!, here);
        }
      };
      walk(factsOf(type)!.inputs, declared(type).args, "");
    }
  });

  it("say that AWS fills in what is not given and is an output all the same", () => {
    for (const type of types) {
      const facts = factsOf(type)!;
      const { args, outputs } = declared(type);
      for (const [name, { kind }] of outputs) {
        if (args.get(name)?.required !== false || name === "region") continue;
        const isThere = !kind.includes("| undefined");
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
