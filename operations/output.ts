/** Writes the one JSON document of a verb to stdout. Nothing else may go there under `--json`. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Says on stderr why a verb failed, with its details below. */
export function printFailure(
  verb: string,
  { message, details }: { message: string; details: readonly string[] },
): void {
  process.stderr.write(`${[`${verb} failed: ${message}`, ...details].join("\n  ")}\n`);
}

/** Progress on stderr: a line that rewrites itself on a terminal, plain lines of finished steps elsewhere. */
export class Progress {
  #status = "";

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  /** Shows what is under way. On a terminal only, and gone with the next call. */
  status(text: string): void {
    if (!this.stream.isTTY) return;
    this.#clear();
    this.#status = text.slice(0, (this.stream.columns ?? 80) - 1);
    this.stream.write(this.#status);
  }

  /** Prints a line that stays. */
  line(text: string): void {
    this.#clear();
    this.stream.write(`${text}\n`);
  }

  /** Removes the status, so that something else may be printed. */
  end(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#status) this.stream.write("\r\u001b[2K");
    this.#status = "";
  }
}

/** Seconds for people: `0.8 s`, `12 s`. */
export function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}

/** `1 resource`, `2 resources`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Shortens to `width` columns, with an ellipsis where something was left out. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
