/** What a check found. `unknown`: it could not look. `skipped`: there is nothing to look at. */
export type State = "ok" | "wrong" | "unknown" | "skipped";

/** What one look at AWS says. */
export interface Finding {
  readonly state: State;
  /** What is there, in a line. */
  readonly detail: string;
  /** Since when it is so, where AWS knows. */
  readonly since?: Date;
  /** What puts it right: a command, or a sentence. */
  readonly remedy?: string;
  /** Page under docs/runbooks. */
  readonly runbook?: string;
}

/** One thing that is looked at. */
export interface Check {
  /** Unique in its area, such as `available`. */
  readonly name: string;
  /** What it is about: a name in AWS. */
  readonly subject: string;
  /** Page under docs/runbooks for when it is wrong and the finding names none. */
  readonly runbook?: string;
  /** Asks AWS. @throws AwsFailure when AWS does not answer it */
  readonly look: () => Promise<Finding>;
}

export const ok = (detail: string, since?: Date): Finding => ({ state: "ok", detail, since });

export const skipped = (detail: string): Finding => ({ state: "skipped", detail });

export const unknown = (detail: string, remedy: string): Finding => ({ state: "unknown", detail, remedy });

export const wrong = (detail: string, remedy: string, more: Pick<Finding, "since" | "runbook"> = {}): Finding => ({
  state: "wrong",
  detail,
  remedy,
  ...more,
});

/** Asks once, however many checks want the answer. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
