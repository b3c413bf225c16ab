import { setTimeout as sleep } from "node:timers/promises";
import { AwsFailure } from "../aws";
import { PrismError } from "../errors";

/** Somebody at the keyboard, or the machine, asked to stop. */
export class Interrupted extends PrismError {
  constructor() {
    super("interrupted before anything was deployed; what was uploaded is found again");
  }
}

/** How often AWS is asked, and for how long something is waited for. */
export interface Pace {
  /** Seconds before the second question; then half as long again each time. */
  readonly first: number;
  /** Most seconds between two questions: Beanstalk throttles who asks more often. */
  readonly most: number;
  /** Seconds for Beanstalk to validate a version. */
  readonly processing: number;
  /** Seconds for a deployment: an immutable one of fifteen instances takes half an hour. */
  readonly deployment: number;
  /** Seconds after it for instances and health to report what they run. */
  readonly settling: number;
  /** Seconds for CloudFront to invalidate. */
  readonly invalidation: number;
}

export const PACE: Pace = {
  first: 1,
  most: 10,
  processing: 600,
  deployment: 5400,
  settling: 300,
  invalidation: 900,
};

/**
 * Asks until there is an answer. A call that is throttled, or that AWS does not answer for the moment, is made again.
 *
 * @returns undefined when there was none in time
 * @throws Interrupted when the signal says so
 */
export async function poll<Answer>(
  probe: () => Promise<Answer | undefined>,
  limitSeconds: number,
  { first, most }: Pace,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const end = performance.now() + limitSeconds * 1000;
  for (let pause = first; ; pause = Math.min(pause * 1.5, most)) {
    if (signal.aborted) throw new Interrupted();
    const late = performance.now() >= end;
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (late || !(error instanceof AwsFailure) || !error.isTransient) throw error;
    }
    if (late) return undefined;
    await sleep(pause * 1000, undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}
