/** Exit codes of every verb. */
export const exitCode = {
  fine: 0,
  /** Policies are broken, a rehearsal or a test failed. */
  failed: 1,
  /** The command line, a stack file or an argument of a component is wrong. */
  usage: 2,
  /** Something that has to be on this machine is missing and could not be obtained. */
  missing: 3,
} as const;

/** An error that a person can act on: printed as its message alone, without a stack trace. */
export class PrismError extends Error {
  constructor(
    message: string,
    /** What the process ends with: one of {@link exitCode}. */
    readonly code: number = exitCode.failed,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The command line or a configuration file is wrong. */
export class UsageError extends PrismError {
  constructor(message: string) {
    super(message, exitCode.usage);
  }
}

/** A tool is missing. The message says what, why every way to get it failed, and what to type. */
export class MissingTool extends PrismError {
  constructor(message: string) {
    super(message, exitCode.missing);
  }
}

/** The `code` of a Node system error such as `ENOENT`, or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
