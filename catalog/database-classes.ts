/** Memory of the RDS instance classes the configuration accepts, in GiB. Source: Amazon RDS user guide, instance classes. */
export const DATABASE_CLASS_MEMORY_GIB = {
  "db.t3.micro": 1,
  "db.t3.small": 2,
  "db.t3.medium": 4,
  "db.t3.large": 8,
  "db.t4g.micro": 1,
  "db.t4g.small": 2,
  "db.t4g.medium": 4,
  "db.t4g.large": 8,
  "db.m6g.large": 8,
  "db.m6g.xlarge": 16,
  "db.r6g.large": 16,
  "db.r6g.xlarge": 32,
} as const;

export type DatabaseClass = keyof typeof DATABASE_CLASS_MEMORY_GIB;

/**
 * Connections that PostgreSQL on RDS allows by default: `LEAST(memory in bytes / 9531392, 5000)`.
 * RDS keeps a part of the memory for itself, so the real figure is a little lower; the reserve covers that.
 */
export function maxConnections(instanceClass: DatabaseClass): number {
  return Math.min(Math.floor((DATABASE_CLASS_MEMORY_GIB[instanceClass] * 1024 ** 3) / 9_531_392), 5000);
}
