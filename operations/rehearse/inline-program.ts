import * as path from "node:path";

type Outputs = Record<string, unknown> | undefined;

/** The exported function of a program, with the first error it raised kept as an object. */
export class InlineProgram {
  readonly directory: string;
  /** The error that the program threw, directly or in an `apply`. */
  error: Error | undefined;

  constructor(directory: string) {
    // Without the separator at the end, Node would take a file `<directory>.json` beside the folder first.
    this.directory = path.join(directory, path.sep);
    const keep = (error: unknown): void => this.#keep(error);
    process.on("uncaughtException", keep);
    process.on("unhandledRejection", keep);
  }

  /** Loads the program's modules while the engine starts. An error shows again when the program runs. */
  preload(): void {
    try {
      require(this.directory);
    } catch {
      // A module that failed to load is loaded anew by `run`.
    }
  }

  run = async (): Promise<Outputs> => {
    try {
      const exported: unknown = require(this.directory);
      if (typeof exported !== "function") {
        throw new Error("the program has to export a function (export = async () => ({ ...outputs }))");
      }
      return (await (exported as () => Outputs | Promise<Outputs>)()) ?? {};
    } catch (error) {
      this.#keep(error);
      throw error;
    }
  };

  #keep(error: unknown): void {
    // What the engine answered is told by the engine's own events.
    if (error instanceof Error && !("code" in error && "details" in error)) this.error ??= error;
  }
}
