import type { Area } from "./areas";

/** A check on a path; `optional` where an environment may be without what it looks at. */
export type Link = readonly [area: Area, check: string, optional?: "optional"];

/**
 * What each problem that people report can come from, in the order in which docs/runbooks/problem-*.md looks: nearest to
 * the cause first, so that the first broken link explains those after it.
 */
export const PATHS = {
  sessions: [
    ["redis", "available"],
    ["alarms", "redis-evictions"],
    ["redis", "reachable"],
    ["application", "instances"],
    ["application", "health-redis"],
    ["cdn", "redirect"],
    ["cdn", "pages-uncached"],
  ],
  database: [
    ["database", "available"],
    ["database", "proxy", "optional"],
    ["secrets", "database"],
    ["database", "reachable"],
    ["database", "proxy-reachable", "optional"],
    ["application", "instances"],
    ["alarms", "database-connections"],
    ["application", "health-database"],
  ],
  cdn: [
    ["cdn", "name"],
    ["cdn", "deployed"],
    ["certificate", "valid"],
    ["cdn", "firewall"],
    ["cdn", "origin"],
    ["application", "green"],
    ["application", "targets"],
    ["application", "answers"],
    ["cdn", "redirect"],
    ["cdn", "static-cached"],
    ["cdn", "pages-uncached"],
  ],
  replication: [
    ["storage", "versions-source"],
    ["storage", "versions-replica"],
    ["storage", "rule"],
    ["storage", "key-source"],
    ["storage", "key-replica"],
    ["storage", "failures"],
    ["storage", "lag"],
  ],
} as const satisfies Record<string, readonly Link[]>;

export type Problem = keyof typeof PATHS;

export const PROBLEMS = Object.keys(PATHS) as Problem[];
