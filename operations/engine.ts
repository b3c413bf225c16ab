import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { EngineEvent } from "@pulumi/pulumi/automation/events";
import { EventsService } from "@pulumi/pulumi/proto/events_grpc_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as automation from "@pulumi/pulumi/automation/server";
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
  program: () => Promise<Record<string, unknown> | undefined>;
  onEvent: (event: Event) => void;
  /** Called with the process id, which is that of a process group as well. */
  onStart?: (pid: number) => void;
}

// The class is exported, only its type declaration is stripped.
const { LanguageServer } = automation as unknown as {
  LanguageServer: new (program: Operation["program"]) => { onPulumiExit(hasError: boolean): void };
};

/**
 * Runs one operation of the Pulumi engine over an inline program, as the Automation API does, with that API's own
 * language server. `Stack.up` of that API asks the CLI five more things around each operation (version, stack,
 * outputs twice, history), which costs more than the operation on a small stack: the state file holds the answers.
 */
export async function runOperation(engine: EngineOptions, operation: Operation): Promise<CliResult> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const language = new LanguageServer(operation.program);
  server.addService(
    LanguageRuntimeService as unknown as grpc.ServiceDefinition,
    language as unknown as grpc.UntypedServiceImplementation,
  );
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
  let result: CliResult = { code: null, stdout: "", stderr: "" };
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
