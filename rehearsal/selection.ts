import { isObject, isOpaque, UNKNOWN } from "./values";

/** One place that a path pattern names. */
export interface Selected {
  /** The place, with list indices: `rules[2].name`. */
  path: string;
  /** Undefined where the parent is there and the property is not. */
  value: unknown;
}

const segments = new Map<string, string[]>();

function split(pattern: string): string[] {
  let parts = segments.get(pattern);
  if (!parts) segments.set(pattern, (parts = pattern.replaceAll("[*]", ".[*]").split(".").filter(Boolean)));
  return parts;
}

/** A place and all places inside it. */
function within(place: Selected): Selected[] {
  const { path, value } = place;
  if (value === undefined || value === null || value === UNKNOWN || isOpaque(value)) return [];
  const inner = Array.isArray(value)
    ? value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item }))
    : isObject(value)
      ? Object.entries(value).map(([key, item]) => ({ path: path ? `${path}.${key}` : key, value: item }))
      : [];
  return [place, ...inner.flatMap(within)];
}

/**
 * Every place of `root` that a pattern such as `rules[*].filter.prefix` names; `**` is any depth, for what holds itself.
 * Nothing is found below what is absent, unknown or an asset.
 */
export function select(root: unknown, pattern: string, rootPath = ""): Selected[] {
  let found: Selected[] = [{ path: rootPath, value: root }];
  for (const part of split(pattern)) {
    const next: Selected[] = [];
    for (const { path, value } of found) {
      if (value === undefined || value === null || value === UNKNOWN || isOpaque(value)) continue;
      if (part === "**") next.push(...within({ path, value }));
      else if (part === "[*]") {
        if (Array.isArray(value)) value.forEach((item, index) => next.push({ path: `${path}[${index}]`, value: item }));
      } else if (isObject(value)) next.push({ path: path ? `${path}.${part}` : part, value: value[part] });
    }
    found = next;
  }
  return found;
}

/** The same as {@link select}, with a list of scalars taken apart into its items. */
export function selectItems(root: unknown, pattern: string): Selected[] {
  return select(root, pattern).flatMap((selected) =>
    Array.isArray(selected.value)
      ? selected.value.map((value: unknown, index) => ({ path: `${selected.path}[${index}]`, value }))
      : [selected],
  );
}

/** The longest pattern that all of `patterns` continue with a property name. */
export function commonParent(patterns: readonly string[]): string {
  const parents = patterns.map((pattern) => pattern.slice(0, Math.max(0, pattern.lastIndexOf("."))));
  let parent = parents[0] ?? "";
  while (parent && !patterns.every((pattern) => pattern.startsWith(`${parent}.`))) {
    parent = parent.slice(0, Math.max(0, parent.lastIndexOf(".")));
  }
  return parent;
}
