import type { Check } from "./finding";
import type { World } from "./world";

/** What is looked at, in the order of the report. Each is loaded, with its part of the SDK, when it is asked for. */
export const AREAS = {
  application: () => import("./areas/application").then(({ application }) => application),
  cdn: () => import("./areas/cdn").then(({ cdn }) => cdn),
  database: () => import("./areas/database").then(({ database }) => database),
  redis: () => import("./areas/redis").then(({ redis }) => redis),
  storage: () => import("./areas/storage").then(({ storage }) => storage),
  models: () => import("./areas/models").then(({ models }) => models),
  alarms: () => import("./areas/alarms").then(({ alarms }) => alarms),
  notifications: () => import("./areas/notifications").then(({ notifications }) => notifications),
  secrets: () => import("./areas/secrets").then(({ secrets }) => secrets),
  certificate: () => import("./areas/certificate").then(({ certificate }) => certificate),
  audit: () => import("./areas/audit").then(({ audit }) => audit),
} as const satisfies Record<string, () => Promise<(world: World) => Check[]>>;

export type Area = keyof typeof AREAS;

/** Names of all areas, in the order of the report. */
export const AREA_NAMES = Object.keys(AREAS) as Area[];
