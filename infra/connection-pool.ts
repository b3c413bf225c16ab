/** What decides how many database connections one application process may hold. */
export interface PoolInputs {
  /** Connections the database allows in all. */
  readonly maxConnections: number;
  /** Connections kept for superusers, monitoring and migrations. */
  readonly reserved: number;
  /** Most instances the scaling group may run. */
  readonly maxInstances: number;
  /** Web and worker processes on each instance; each has a pool of its own. */
  readonly processesPerInstance: number;
  /**
   * Client connections that RDS Proxy may hold for one database connection, or undefined without a proxy.
   * The proxy lends a connection for a transaction, so most clients wait on the model and not on the database.
   */
  readonly clientsPerConnection?: number;
}

/** SQLAlchemy's `pool_size` and `max_overflow` for one process, and what they add up to. */
export interface PoolSize {
  readonly size: number;
  readonly overflow: number;
  /** Connections asked for when every process of a full fleet uses its whole pool during a deployment. */
  readonly peak: number;
  /** Connections there are to give: of the proxy where there is one, else of the database. */
  readonly available: number;
}

/** An immutable deployment runs the new fleet beside the old one. */
export const FLEETS_DURING_DEPLOYMENT = 2;

/** SQLAlchemy's pool of the hand-made deployment, and the most the application is written for. */
const MOST_SIZE = 10;
const MOST_OVERFLOW = 20;

/**
 * Divides the database's connections among all processes, or returns undefined when that leaves less than one each.
 * A third of a process's share is kept open, the rest is overflow.
 */
export function poolSize(inputs: PoolInputs): PoolSize | undefined {
  const processes = inputs.maxInstances * FLEETS_DURING_DEPLOYMENT * inputs.processesPerInstance;
  const available = Math.max(0, inputs.maxConnections - inputs.reserved) * (inputs.clientsPerConnection ?? 1);
  const share = Math.floor(available / processes);
  if (share < 1) return undefined;
  const size = Math.min(MOST_SIZE, Math.max(1, Math.floor(share / 3)));
  const overflow = Math.min(MOST_OVERFLOW, share - size);
  return { size, overflow, peak: processes * (size + overflow), available };
}
