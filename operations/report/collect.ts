import type { RunSettings } from "../../policies/evaluate";
import { type CapacityReport, capacity } from "../capacity/capacity";
import { plantOf } from "../capacity/plant";
import { basisTable, bottleneckLines, capacityTable } from "../capacity/tables";
import { type CostChange, type CostItem, type Estimate, compare, estimate, rowsOf } from "../cost/estimate";
import { add } from "../cost/range";
import type { Stack } from "../cost/source";
import { budgetLines, changeTable, costTable, notPricedTable, uncertainTable, usageTable } from "../cost/tables";
import { groupBy } from "../group-by";
import { type FirstDeployment, firstDeployment } from "../rehearse/critical-path";
import { shortType, stackOutputs } from "../rehearse/state";
import type { Table } from "../table";
import { KINDS, type ResourceChange, changesBetween, maskedInputs, valueText } from "./changes";
import { type Dashboard, dashboardsOf } from "./dashboards";
import { type DataPath, MODELS, StackGraph, VISITORS, roleOf } from "./graph";
import { Mask } from "./masking";
import { type PolicySummary, judge } from "./policies";
import { type RawResource, rawResources } from "./raw";

/** A resource as the report shows it. */
export interface ResourceView {
  readonly urn: string;
  readonly name: string;
  /** Short type, as in `s3.Bucket`. */
  readonly type: string;
  /** Physical id, where it has one. */
  readonly id: string;
  readonly isProtected: boolean;
  /** It is no resource of a provider, but holds such. */
  readonly isComponent: boolean;
  /** Inputs as text, and the URNs that each comes from. */
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly from: readonly string[] }[];
  /** URNs that it waits for without taking a value. */
  readonly waitsFor: readonly string[];
  readonly usedBy: readonly string[];
  readonly costs: readonly CostItem[];
  /** Why there is no price. */
  readonly notPriced: readonly string[];
}

/** A component as the report shows it. */
export interface GroupView {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  /** URNs of the resources in it, and of all that it holds, components included. */
  readonly members: readonly string[];
  readonly urns: readonly string[];
  /** URNs of those of them that data passes or stays in. */
  readonly onPath: readonly string[];
  /** URNs of other components that it needs. */
  readonly needs: readonly string[];
}

/** Everything that a report shows, without secrets. */
export interface Report {
  readonly project: string;
  readonly stack: string;
  readonly source: string;
  readonly notes: readonly string[];
  /** Why the rehearsal failed that this is of. */
  readonly failure?: { readonly message: string; readonly details: readonly string[] };
  readonly resources: readonly ResourceView[];
  readonly groups: readonly GroupView[];
  readonly paths: readonly DataPath[];
  readonly change?: { readonly against: string; readonly resources: readonly ResourceChange[]; readonly costs: Table };
  readonly policies: PolicySummary;
  readonly costs: {
    readonly estimate: Pick<Estimate, "total" | "free">;
    readonly services: readonly { readonly service: string; readonly low: number; readonly high: number }[];
    readonly change?: readonly CostChange[];
    readonly lines: readonly string[];
    readonly tables: readonly Table[];
    readonly hasUsage: boolean;
  };
  readonly capacity?: {
    readonly report: CapacityReport;
    readonly lines: readonly string[];
    readonly tables: readonly Table[];
  };
  readonly deployment?: FirstDeployment;
  readonly dashboards: readonly Dashboard[];
  /** Outputs by path. */
  readonly outputs: readonly { readonly path: string; readonly value: string }[];
}

/** What a report is made of. */
export interface Sources {
  readonly stack: Stack;
  readonly base?: Stack;
  readonly policies: RunSettings;
  readonly failure?: Report["failure"];
}

/** Computes everything that a report shows, each figure by what the verbs compute it by. */
export function collect({ stack, base, policies, failure }: Sources): Report {
  const raw = rawResources(stack.checkpoint);
  const rawBase = base ? rawResources(base.checkpoint) : [];
  const mask = new Mask([...raw, ...rawBase]);
  const graph = new StackGraph(stack.resources);
  const now = estimate(stack.resources, stack.settings?.usage);
  const before = base && estimate(base.resources, base.settings?.usage);
  const capacities = stack.settings && capacity(plantOf(stack.resources), stack.settings);
  const needs = graph.needs();
  const paths = graph.dataPaths();
  const ends = new Set(paths.flatMap(({ from, to }) => [from, to]));
  const [, , name = "", , project = ""] = (stack.resources[0]?.urn ?? "").split(":");
  const costChange = before && compare(before.items, now.items);
  return mask.everywhere<Report>({
    project,
    stack: name,
    source: stack.title,
    notes: [...stack.notes, ...(base?.notes ?? [])],
    ...(failure && { failure }),
    resources: resourceViews(raw, now, mask),
    groups: graph.groups.map((group) => ({
      urn: group.urn,
      name: group.name,
      type: group.type.split(":").at(-1) ?? group.type,
      members: group.members.map(({ urn }) => urn),
      urns: group.urns,
      onPath: group.members.filter((member) => roleOf(member) && ends.has(member.urn)).map(({ urn }) => urn),
      needs: (needs.get(group) ?? []).map(({ urn }) => urn),
    })),
    paths,
    ...(base && {
      change: {
        against: base.title,
        resources: changesBetween(rawBase, raw, mask),
        costs: changeTable(costChange!, before!.total, now.total, base.title),
      },
    }),
    policies: judge(stack.resources, policies),
    costs: {
      estimate: { total: now.total, free: now.free },
      services: servicesOf(now),
      lines: budgetLines(now),
      tables: [
        costTable(now),
        notPricedTable(now),
        uncertainTable(now),
        ...(stack.settings ? [usageTable(stack.settings.usage)] : []),
      ].filter((table): table is Table => table !== undefined),
      hasUsage: stack.settings !== undefined,
    },
    ...(capacities && {
      capacity: {
        report: capacities,
        lines: [...bottleneckLines(capacities), ...capacities.notes],
        tables: [capacityTable(capacities), basisTable(capacities)],
      },
    }),
    ...(raw.some(({ custom }) => custom) && { deployment: firstDeployment(raw) }),
    dashboards: dashboardsOf(stack.resources),
    outputs: flatten("", mask.value("", stackOutputs(raw))),
  });
}

function resourceViews(raw: readonly RawResource[], { items, notPriced }: Estimate, mask: Mask): ResourceView[] {
  const shown = raw.filter(({ type }) => !/^pulumi:(pulumi:Stack|providers:)/.test(type));
  const needs = shown.flatMap(({ urn, dependencies }) => (dependencies ?? []).map((needed) => ({ urn, needed })));
  const usedBy = groupBy(needs, ({ needed }) => needed);
  const charges = groupBy(items, ({ urn }) => urn);
  const reasons = groupBy(notPriced, ({ urn }) => urn);
  return shown.map((resource) => {
    const given = resource.propertyDependencies ?? {};
    const giving = new Set(Object.values(given).flat());
    return {
      urn: resource.urn,
      name: resource.urn.split("::").slice(3).join("::"),
      type: shortType(resource.type),
      id: String(mask.value("id", resource.id ?? "")),
      isProtected: resource.protect ?? false,
      isComponent: !resource.custom,
      inputs: Object.entries(maskedInputs(resource, mask)).map(([input, value]) => ({
        name: input,
        value: valueText(value),
        from: given[input] ?? [],
      })),
      waitsFor: (resource.dependencies ?? []).filter((urn) => !giving.has(urn)),
      usedBy: (usedBy.get(resource.urn) ?? []).map(({ urn }) => urn),
      costs: charges.get(resource.urn) ?? [],
      notPriced: (reasons.get(resource.urn) ?? []).map(({ reason }) => reason),
    };
  });
}

function servicesOf({ items }: Estimate): Report["costs"]["services"] {
  return [...groupBy(rowsOf(items), ({ service }) => service)]
    .map(([service, rows]) => ({ service, ...add(...rows.map(({ usd }) => usd)) }))
    .filter(({ high }) => high >= 0.005);
}

/** Values inside a value with their paths. */
function flatten(path: string, value: unknown): { path: string; value: string }[] {
  if (typeof value !== "object" || value === null) return [{ path, value: String(value) }];
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return [{ path, value: value.map(String).join("\n") }];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(path === "" ? key : `${path}.${key}`, inner));
}

export { KINDS, MODELS, VISITORS };
