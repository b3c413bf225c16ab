import * as grpc from "@grpc/grpc-js";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { EngineEvent } from "@pulumi/pulumi/automation/events";
import { runCli, type EngineOptions, type CliResult } from "./pulumi";

/** One engine event as it comes; a superset of what the SDK declares, with the policy events of newer engines. */
export type Event = EngineEvent & {
  policyAnalyzeSummaryEvent?: PolicySummary & { resourceUrn: string };
  policyAnalyzeStackSummaryEvent?: PolicySummary;
};

/** What one policy pack found for a resource or for the stack. */
export interface PolicySummary {
  policyPackName: string;
  passed?: string[];
  failed?: string[];
}

/** One operation of the engine over an inline program. */
export interface Operation {
  verb: "preview" | "up" | "refresh" | "destroy";
  /** Further options of the CLI. */
  args?: string[];
  /** Where the program lies: Pulumi's SDK is the one that is found from there. */
  programDirectory: string;
  program: () => Promise<Record<string, unknown> | undefined>;
  onEvent: (event: Event) => void;
  /** Called with the process id, which is that of a process group as well. */
  onStart?: (pid: number) => void;
}

interface LanguageServer {
  onPulumiExit(hasError: boolean): void;
}

/** What the program's own copy of the SDK brings: another copy would not see what the program registers. */
function sdkOf(programDirectory: string): {
  service: grpc.ServiceDefinition;
  LanguageServer: new (program: Operation["program"]) => LanguageServer;
} {
  const load = createRequire(path.join(programDirectory, "index.js"));
  const { LanguageRuntimeService } = load("@pulumi/pulumi/proto/language_grpc_pb") as Record<string, unknown>;
  // The class is exported, only its type declaration is stripped.
  const { LanguageServer } = load("@pulumi/pulumi/automation/server") as Record<string, unknown>;
  return { service: LanguageRuntimeService, LanguageServer } as ReturnType<typeof sdkOf>;
}

/**
 * Runs one operation of the Pulumi engine over an inline program, as the Automation API does, with that API's own
 * language server. `Stack.up` of that API asks the CLI five more things around each operation (version, stack,
 * outputs twice, history), which costs more than the operation on a small stack: the state file holds the answers.
 */
export async function runOperation(engine: EngineOptions, operation: Operation): Promise<CliResult> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const sdk = sdkOf(operation.programDirectory);
  const language = new sdk.LanguageServer(operation.program);
  server.addService(sdk.service, language as unknown as grpc.UntypedServiceImplementation);
  const events = new EventLog(engine.eventLog ?? path.join(engine.workDirectory, "events.jsonl"), operation.onEvent);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  let result: CliResult = { code: null, stdout: "", stderr: "" };
  try {
    result = await runCli(
      engine,
      [
        operation.verb,
        ...(changesSomething(operation) ? ["--yes", "--skip-preview"] : []),
        ...(operation.args ?? []),
        "--suppress-outputs",
        `--client=127.0.0.1:${port}`,
        "--exec-kind",
        "auto.inline",
        "--event-log",
        events.file,
        "--stack",
        engine.stack,
      ],
      operation.onStart,
    );
    return result;
  } finally {
    events.close();
    server.forceShutdown();
    language.onPulumiExit(result.code !== 0);
  }
}

function changesSomething({ verb, args = [] }: Operation): boolean {
  return verb !== "preview" && !args.includes("--preview-only");
}

/** Follows the events that the engine writes down, one JSON document a line. */
class EventLog {
  readonly #descriptor: number;
  readonly #timer: NodeJS.Timeout;
  readonly #buffer = Buffer.alloc(1 << 20);
  #rest = "";
  readonly #decoder = new StringDecoder("utf8");

  constructor(
    readonly file: string,
    private readonly onEvent: (event: Event) => void,
  ) {
    this.#descriptor = fs.openSync(file, "w+");
    this.#timer = setInterval(() => {
      this.#read();
    }, 100);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#read();
    fs.closeSync(this.#descriptor);
    fs.rmSync(this.file, { force: true });
  }

  #read(): void {
    for (;;) {
      const length = fs.readSync(this.#descriptor, this.#buffer);
      if (length === 0) return;
      const lines = (this.#rest + this.#decoder.write(this.#buffer.subarray(0, length))).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) if (line) this.onEvent(JSON.parse(line) as Event);
    }
  }
}
