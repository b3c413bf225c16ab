import yargs, { type CommandModule } from "yargs";
import { PrismError, exitCode, systemCode } from "./errors";
import { printJson } from "./output";

/** The verbs, in the order in which the help lists them. Loading one takes as long as a tenth of a rehearsal. */
const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  rehearse: () => import("./verbs/rehearse").then(({ rehearse }) => rehearse),
  adopt: () => import("./verbs/adopt").then(({ adopt }) => adopt),
  policy: () => import("./verbs/policy").then(({ policy }) => policy),
  cost: () => import("./verbs/cost").then(({ cost }) => cost),
  capacity: () => import("./verbs/capacity").then(({ capacity }) => capacity),
  report: () => import("./verbs/report").then(({ report }) => report),
  bundle: () => import("./verbs/bundle").then(({ bundle }) => bundle),
  test: () => import("./verbs/test").then(({ test }) => test),
  "provider-check": () => import("./verbs/provider-check").then(({ providerCheck }) => providerCheck),
  preview: () => import("./verbs/deploy").then(({ preview }) => preview),
  up: () => import("./verbs/deploy").then(({ up }) => up),
  destroy: () => import("./verbs/deploy").then(({ destroy }) => destroy),
  drift: () => import("./verbs/deploy").then(({ drift }) => drift),
  doctor: () => import("./verbs/doctor").then(({ doctor }) => doctor),
  release: () => import("./verbs/release").then(({ release }) => release),
  rollback: () => import("./verbs/release").then(({ rollback }) => rollback),
};

/** The verb that a command line begins with; all of them where it begins with none, for help and for what is mistyped. */
async function verbsFor(args: readonly string[]): Promise<CommandModule[]> {
  const [first = ""] = args.filter((arg) => !arg.startsWith("-"));
  const wanted = Object.hasOwn(verbs, first) ? [first] : Object.keys(verbs);
  return Promise.all(wanted.map((name) => verbs[name]!() as Promise<CommandModule>));
}

/** Runs one command line of `./prism`; sets the process's exit code. */
export async function main(args: string[]): Promise<void> {
  const commands = await verbsFor(args);
  const parser = yargs(args)
    .scriptName("./prism")
    .middleware((options) => {
      // Not in the library's type declarations.
      const { array } = (parser as unknown as { getOptions(): { array: string[] } }).getOptions();
      lastOfEach(options, array);
    }, true)
    .usage("$0 <verb>\n\nDeploys AI-Prism to AWS with Pulumi, and rehearses it on this machine.")
    .command(commands)
    .completion("completion", "Print a script for command completion: ./prism completion >> ~/.bashrc")
    .demandCommand(1, 1, "a verb is missing")
    .strict()
    .strictCommands()
    .recommendCommands()
    .example("$0 rehearse", "bring production up on this machine")
    .example("$0 test", "run every test")
    .version(require("../package.json").version as string)
    .alias({ h: "help" })
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      // The library has an error class of its own for some of the lines it refuses.
      if (error && error.name !== "YError") throw error;
      throw new UsageMistake(error?.message ?? message);
    });
  try {
    await parser.parseAsync();
  } catch (error) {
    fail(
      error,
      args,
      commands.map(({ command }) => String(command)),
    );
  }
}

/** Of an option that is given twice the last one counts, as in other tools, unless it takes a list. */
function lastOfEach(options: Record<string, unknown>, lists: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    // Each option is there in two spellings, and only one of them is known as a list.
    const spelling = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (name !== "_" && Array.isArray(value) && !lists.includes(spelling)) options[name] = value.at(-1);
  }
}

/** A command line that the library refuses; the usage is shown with it. */
class UsageMistake extends PrismError {
  constructor(message: string) {
    super(message.startsWith("Did you mean") ? `unknown verb. ${message}` : message, exitCode.usage);
  }
}

function fail(error: unknown, args: string[], usages: readonly string[]): void {
  const { message, code } = describe(error);
  process.exitCode = code;
  process.stderr.write(`prism: ${message}\n`);
  if (error instanceof UsageMistake) {
    const usage = usages.find((command) => args.includes(command.split(" ")[0] ?? "")) ?? "<verb>";
    process.stderr.write(`usage: ./prism ${usage} [options]; --help explains\n`);
  }
  if (args.includes("--json")) {
    const kinds: Record<number, string> = { [exitCode.usage]: "usage", [exitCode.missing]: "missing" };
    const kind = kinds[code] ?? (error instanceof PrismError ? "engine" : "internal");
    const failure = { kind, message, details: [] };
    printJson({ ok: false, exitCode: code, failure });
  }
}

function describe(error: unknown): { message: string; code: number } {
  if (error instanceof PrismError) return { message: error.message, code: error.code };
  if (systemCode(error) === "ENOSPC") {
    return { message: "the disk is full; make room and run it again", code: exitCode.failed };
  }
  // A fault of this program: the trace is for whoever mends it.
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: trace, code: exitCode.failed };
}
