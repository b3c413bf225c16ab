import * as assert from "node:assert/strict";
import { unknownCheckingProxy } from "@pulumi/policy";
import type { Configuration } from "../../policies/configuration";
import { evaluate, type Evaluation, type Finding } from "../../policies/evaluate";
import { unknownMarker } from "../../policies/read";
import type { ResourceData } from "../../policies/resource";
import type { Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";

/** A value that is not known yet, as the engine writes it. */
export const unknown = unknownMarker;

/** A resource as Pulumi mocks record it. Ids and ARNs are known there; options such as `protect` are not seen. */
export interface RecordedResource {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** What the mock answered; the inputs stand in where it is left out. */
  outputs?: Record<string, unknown>;
  id?: string;
  urn?: string;
  /** The `protect` option, where the test knows it. */
  protect?: boolean;
}

/**
 * The mandatory violations of the whole pack over resources that Pulumi mocks recorded. What mocks cannot show (the
 * `protect` option, a provider's configuration) waits and is no violation.
 *
 * @param stack The stack's name, which decides whether data may be thrown away.
 * @param configuration Parameters per rule id.
 */
export function violationsOf(
  resources: readonly RecordedResource[],
  stack = "production",
  configuration: Record<string, Record<string, unknown>> = {},
): Finding[] {
  const data = resources.map((one) => ({
    type: one.type,
    name: one.name,
    urn: one.urn?.replace(/^urn:pulumi:[^:]*::/, `urn:pulumi:${stack}::`) ?? urnOf(one.type, one.name, stack),
    id: one.id,
    properties: { ...one.inputs, ...one.outputs },
    protect: one.protect,
  }));
  return evaluate(rules, data, { configuration: parametersOnly(configuration) }).violations.filter(
    (finding) => finding.enforcement === "mandatory",
  );
}

export function urnOf(type: string, name: string, stack = "production"): string {
  return `urn:pulumi:${stack}::test::${type}::${name}`;
}

/** A resource for a rule to judge. `links` names, per property, the resources that its value came from. */
export function resource(
  type: string,
  name: string,
  properties: Record<string, unknown> = {},
  more: Partial<Omit<ResourceData, "type" | "name" | "properties">> & { links?: Record<string, ResourceData> } = {},
): ResourceData {
  const { links = {}, ...rest } = more;
  return {
    type,
    name,
    urn: urnOf(type, name),
    properties,
    protect: true,
    propertyDependencies: Object.fromEntries(Object.entries(links).map(([property, to]) => [property, [to.urn]])),
    ...rest,
  };
}

/** Runs one rule, or the whole pack, over resources wrapped as the policy server wraps them. */
export function run(
  rule: Rule | readonly Rule[],
  resources: readonly ResourceData[],
  parameters: Record<string, unknown> = {},
): Evaluation {
  const list = Array.isArray(rule) ? (rule as readonly Rule[]) : [rule as Rule];
  const wrapped = resources.map((one) => ({
    ...one,
    properties: unknownCheckingProxy(one.properties) as Record<string, unknown>,
    provider: one.provider && (unknownCheckingProxy(one.provider) as Record<string, unknown>),
  }));
  return evaluate(list, wrapped, {
    configuration:
      Object.keys(parameters).length > 0 ? Object.fromEntries(list.map(({ id }) => [id, { parameters }])) : {},
  });
}

function parametersOnly(configuration: Record<string, Record<string, unknown>>): Configuration {
  return Object.fromEntries(Object.entries(configuration).map(([id, parameters]) => [id, { parameters }]));
}

/** One case of a rule: resources to judge, and the rule's parameters. */
export type Case = ResourceData[] | { resources: ResourceData[]; parameters: Record<string, unknown> };

/**
 * Tests a rule: what complies, what breaks it and how it says so, and what waits for values.
 * A title is the sentence that says what the case is about.
 */
export function describeRule(
  rule: Rule,
  cases: { passes: Record<string, Case>; fails: Record<string, [Case, RegExp]>; waits: Record<string, Case> },
): void {
  const judge = (one: Case) => (Array.isArray(one) ? run(rule, one) : run(rule, one.resources, one.parameters));
  describe(rule.id, () => {
    for (const [title, one] of Object.entries(cases.passes)) {
      it(`passes ${title}`, () => {
        const { violations, deferred } = judge(one);
        assert.deepEqual({ violations, deferred }, { violations: [], deferred: [] });
      });
    }
    for (const [title, [one, message]] of Object.entries(cases.fails)) {
      it(`catches ${title}`, () => {
        const { violations } = judge(one);
        assert.equal(violations.length, 1, JSON.stringify(violations));
        assert.match(violations[0]!.message, message);
        assert.doesNotMatch(violations[0]!.message, /rule itself failed/);
        assert.equal(violations[0]!.rule, rule.id);
      });
    }
    for (const [title, one] of Object.entries(cases.waits)) {
      it(`waits for ${title}`, () => {
        const { violations, deferred } = judge(one);
        assert.deepEqual(violations, []);
        assert.ok(deferred.length > 0);
      });
    }
  });
}
