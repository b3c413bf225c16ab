import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../operations/paths";
import { which } from "../../operations/toolchain";

/** A piece of a page that is meant for a shell. */
export interface Snippet {
  /** File and line, for messages. */
  readonly where: string;
  readonly text: string;
  /** Inside a sentence, where options and their values may be left out. */
  readonly fragment: boolean;
}

/** One command that a shell ran of it. */
export interface Call {
  readonly snippet: Snippet;
  /** `aws`, `pulumi` or `prism`. */
  readonly command: string;
  readonly arguments: readonly string[];
}

const COMMANDS = ["aws", "pulumi", "prism"];
/** What else the pages use, without anything being done. */
const OTHERS = [
  "curl",
  "git",
  "node",
  "npm",
  "pg_dump",
  "pg_restore",
  "pip-compile",
  "psql",
  "redis-cli",
  "unzip",
  "zip",
];
/** What runs as it is. */
const REAL = ["basename", "bash", "cat", "cp", "date", "mkdir", "mv", "rm", "sleep", "tee"];

/** Blocks of shell lines of a page, and the commands inside its sentences. */
export function snippetsOf(file: string, markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  let block: string[] | undefined;
  let start = 0;
  markdown.split("\n").forEach((line, index) => {
    const fence = /^\s*```(\w*)$/.exec(line);
    if (fence && block) {
      snippets.push({ where: `${file}:${start}`, text: block.join("\n"), fragment: false });
      block = undefined;
    } else if (fence?.[1] === "sh") {
      block = [];
      start = index + 2;
    } else if (block) block.push(line);
    else {
      for (const [, text = ""] of line.matchAll(/`((?:aws|pulumi|\.\/prism) [^`]+)`/g)) {
        snippets.push({ where: `${file}:${index + 1}`, text, fragment: true });
      }
    }
  });
  return snippets;
}

/** A folder in which a shell finds the commands of the pages, none of which does anything but note that it was called. */
export class Shell {
  readonly #folder: string;
  readonly #bin: string;
  readonly #calls: string;

  /** @param outputs What `pulumi stack output` says, by folder of the program. */
  constructor(folder: string, outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
    this.#folder = folder;
    this.#bin = path.join(folder, "bin");
    this.#calls = path.join(folder, "calls");
    for (const name of ["bin", "calls", "outputs"]) fs.mkdirSync(path.join(folder, name));
    for (const [program, values] of Object.entries(outputs)) {
      const place = path.join(folder, "outputs", program);
      fs.mkdirSync(place, { recursive: true });
      for (const [name, value] of Object.entries(values)) {
        fs.writeFileSync(path.join(place, name), typeof value === "string" ? value : JSON.stringify(value));
      }
    }
    for (const name of [...COMMANDS, ...OTHERS]) this.#script(name, COMMANDS.includes(name) ? NOTE : "#!/bin/sh\n");
    this.#script("jq", `#!${process.execPath}\n${PICK}`);
    for (const name of REAL) fs.symlinkSync(which(name)!, path.join(this.#bin, name));
  }

  /**
   * Runs the snippets of a page one after the other, so that variables of one are there in the next.
   *
   * @returns what they called, and what the shell itself complained of
   */
  async run(page: readonly Snippet[]): Promise<{ calls: Call[]; complaints: string[] }> {
    const work = fs.mkdtempSync(path.join(this.#folder, "work-"));
    for (const program of ["main", "main/account"]) {
      fs.mkdirSync(path.join(work, program));
      fs.symlinkSync(path.join(this.#bin, "prism"), path.join(work, program, "prism"));
    }
    const calls = fs.mkdtempSync(path.join(this.#calls, "page-"));
    const script = page
      .map(({ text, where, fragment }, index) => {
        const line = withoutPlaceholders(fragment ? firstOfChoices(text) : text);
        // What stands inside a sentence is no part of a procedure: whether it succeeds is of no matter to the rest.
        return `export SNIPPET=${index} WHERE='${where}'\n${fragment ? `( ${line} ) || true` : line}`;
      })
      .join("\n");
    const trap = `trap 'echo "$WHERE: $BASH_COMMAND" >&2' ERR\n`;
    const complaints = await new Promise<string>((resolve) => {
      execFile(
        path.join(this.#bin, "bash"),
        ["-c", `set -Eu -o pipefail\n${CD}${trap}${script}`],
        {
          cwd: path.join(work, "main"),
          env: {
            PATH: this.#bin,
            HOME: work,
            CALLS: calls,
            OUTPUTS: path.join(this.#folder, "outputs"),
            CHECKOUT: root,
          },
        },
        (_error, _stdout, stderr) => {
          resolve(stderr);
        },
      );
    });
    return {
      calls: fs.readdirSync(calls).map((file) => {
        const [index = "", command = "", ...args] = fs.readFileSync(path.join(calls, file), "utf8").split("\0");
        return { snippet: page[Number(index)]!, command, arguments: args.slice(0, -1) };
      }),
      complaints: complaints.split("\n").filter((line) => line !== ""),
    };
  }

  #script(name: string, text: string): void {
    fs.writeFileSync(path.join(this.#bin, name), text, { mode: 0o755 });
  }
}

/** `a|b|c` in a sentence stands for one of them. */
function firstOfChoices(text: string): string {
  return text.replace(/(?<=\w)(\|[\w-]+)+/g, "");
}

/** `<id>` would be read as a file to read from, and `…` stands for what a sentence need not say. */
function withoutPlaceholders(text: string): string {
  return text.replace(/<[^<>\s](?:[^<>\n]*[^<>\s])?>/g, "PLACEHOLDER").replace(/\s*…/g, "");
}

/** Folders are those of the checkout, and empty. */
const CD = `cd() { [ -d "$CHECKOUT/$1" ] && mkdir -p "$1" && builtin cd "$1"; }\n`;

/** Notes its arguments in a file of its own, and answers for outputs of the stack. */
const NOTE = `#!/bin/sh
file="$CALLS/$$"
printf '%s\\0' "$SNIPPET" "\${0##*/}" "$@" > "$file"
if [ "\${0##*/} $1 $2" = "pulumi stack output" ]; then
  program=main
  [ "\${PWD##*/}" = account ] && program=account
  shift 2
  for word in "$@"; do
    case "$word" in
      -*) ;;
      production) ;;
      *)
        if [ -f "$OUTPUTS/$program/$word" ]; then exec cat "$OUTPUTS/$program/$word"; fi
        echo "the stack has no output $word" >&2
        exit 1 ;;
    esac
  done
fi
if [ "\${0##*/} $1 $2 $3" = "pulumi stack export --file" ]; then : > "$4"; fi
trap '' PIPE
echo answer 2>/dev/null || true
`;

/** Picks one value out of an output, as \`jq\` does, and fails where there is none. */
const PICK = `
const filter = process.argv.slice(2).filter((one) => !one.startsWith("-"))[0] ?? "";
const text = require("node:fs").readFileSync(0, "utf8");
const fail = (reason) => { console.error("jq " + filter + ": " + reason); process.exit(1); };
let value;
try { value = JSON.parse(text); } catch { fail("is given no output of the stack; an answer of AWS has --query"); }
if (!/^(\\.\\w+|\\[\\d+\\])+$/.test(filter)) fail("is more than a path");
for (const [, name, index] of filter.matchAll(/\\.(\\w+)|\\[(\\d+)\\]/g)) value = value?.[name ?? index];
if (value === undefined || value === null) fail("finds nothing in " + text);
console.log(typeof value === "string" ? value : JSON.stringify(value));
`;
