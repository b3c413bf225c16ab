import { spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { EngineEvent } from "@pulumi/pulumi/automation/events";

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

/** Where and how the engine runs. */
export interface EngineOptions {
  /** The Pulumi CLI. */
  cli: string;
  /** Folder with Pulumi.yaml and Pulumi.<stack>.yaml. */
  workDirectory: string;
  stack: string;
  /** The whole environment of the engine; nothing is inherited beside it. */
  env: NodeJS.ProcessEnv;
}

/** One operation of the engine over an inline program. */
export interface Operation {
  verb: "preview" | "up" | "refresh" | "destroy";
  /** Further options of the CLI. */
  args?: string[];
  program: () => Promise<Record<string, unknown> | undefined>;
  onEvent: (event: Event) => void;
  /** Called with the process id, which is that of a process group as well. */
  onStart?: (pid: number) => void;
}

/** How an operation ended. */
export interface OperationResult {
  /** The CLI's exit code; null when a signal ended it. */
  code: number | null;
  stderr: string;
}

interface LanguageServer extends grpc.UntypedServiceImplementation {
  onPulumiExit(hasError: boolean): void;
}

/**
 * Runs one operation of the Pulumi engine over an inline program, as the Automation API does, with that API's own
 * language server. `Stack.up` of that API asks the CLI five more things around each operation (version, stack,
 * outputs twice, history), which costs more than the operation on a small stack: the state file holds the answers.
 */
export async function runOperation(engine: EngineOptions, operation: Operation): Promise<OperationResult> {
  const { LanguageRuntimeService } =
    require("@pulumi/pulumi/proto/language_grpc_pb") as typeof import("@pulumi/pulumi/proto/language_grpc_pb");
  const { EventsService } =
    require("@pulumi/pulumi/proto/events_grpc_pb") as typeof import("@pulumi/pulumi/proto/events_grpc_pb");
  // The class is exported, only its type declaration is stripped.
  const { LanguageServer } = require("@pulumi/pulumi/automation/server") as unknown as {
    LanguageServer: new (program: Operation["program"]) => LanguageServer;
  };

  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const language = new LanguageServer(operation.program);
  server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, language);
  server.addService(EventsService as unknown as grpc.ServiceDefinition, {
    streamEvents: (
      call: grpc.ServerReadableStream<{ getEvent(): string }, Empty>,
      callback: grpc.sendUnaryData<Empty>,
    ) => {
      call.on("data", (request: { getEvent(): string }) => {
        operation.onEvent(JSON.parse(request.getEvent()) as Event);
      });
      call.on("end", () => {
        callback(null, new Empty());
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  let result: OperationResult = { code: null, stderr: "" };
  try {
    result = await runCli(
      engine,
      [
        operation.verb,
        ...(operation.verb === "up" ? ["--yes", "--skip-preview"] : []),
        ...(operation.args ?? []),
        "--suppress-outputs",
        `--client=127.0.0.1:${port}`,
        "--exec-kind",
        "auto.inline",
        "--event-log",
        `tcp://127.0.0.1:${port}`,
        "--stack",
        engine.stack,
      ],
      operation.onStart,
    );
    return result;
  } finally {
    server.forceShutdown();
    language.onPulumiExit(result.code !== 0);
  }
}

/** Runs one command of the CLI in the engine's folder, without questions and without colours. */
export function runCli(
  engine: EngineOptions,
  args: string[],
  onStart?: (pid: number) => void,
): Promise<OperationResult & { stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(engine.cli, [...args, "--non-interactive", "--color", "never"], {
      cwd: engine.workDirectory,
      env: engine.env,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: an interrupt from the terminal must reach the engine once, not twice.
      detached: true,
    });
    if (child.pid) onStart?.(child.pid);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
