import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

import type { ProviderTools } from "../../../operations/provider-check";
import { offline } from "../../../operations/provider-check/tools";
import { type Cty, decode, encode } from "./cty";

/** One step of a path into a resource's state: an attribute, or the index or key of an item. */
export type PathStep = string | number;

/** What the provider says about a resource. */
export interface Diagnostic {
  severity: "ERROR" | "WARNING" | "INVALID";
  message: string;
  path: PathStep[];
}

/** How the provider plans a change. */
export interface Plan {
  diagnostics: Diagnostic[];
  /** Null where the provider refuses. */
  planned: Cty;
  /** What the provider wants to be handed back with the state. */
  planPrivate: Uint8Array;
  requiresReplace: PathStep[][];
}

/**
 * The Terraform AWS provider as a process of its own, spoken to in Terraform's plugin protocol. It has no account, no
 * credentials and no way out of this machine.
 */
export class ProviderProcess {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: Client,
    private readonly folder: string,
  ) {}

  /** @throws Error when the provider does not start, or not in protocol version 5 */
  static async start(tools: ProviderTools): Promise<ProviderProcess> {
    const name = fs.readdirSync(tools.provider).find((file) => file.startsWith("terraform-provider-aws"))!;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prism-conformance-"));
    const closedPort = "http://127.0.0.1:9";
    const child = spawn(path.join(tools.provider, name), [], {
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        // The plugin's half of the handshake; without it the provider prints a notice for people and ends.
        TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
        PLUGIN_PROTOCOL_VERSIONS: "5",
        TMPDIR: folder,
        AWS_CONFIG_FILE: os.devNull,
        AWS_SHARED_CREDENTIALS_FILE: os.devNull,
        AWS_EC2_METADATA_DISABLED: "true",
        HTTP_PROXY: closedPort,
        HTTPS_PROXY: closedPort,
        // The largest schemas are built anew for every plan, and leave much garbage.
        GOGC: "400",
      },
    });
    // The provider does not notice when this process ends.
    process.once("exit", () => child.kill("SIGKILL"));
    const address = await handshake(child);
    const { tfplugin5 } = grpc.loadPackageDefinition(
      loadSync(path.join(__dirname, "tfplugin5.proto"), { keepCase: true, enums: String, longs: Number, oneofs: true }),
    ) as unknown as { tfplugin5: { Provider: new (...args: unknown[]) => Client } };
    const client = new tfplugin5.Provider(address, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
    });
    const started = new ProviderProcess(child, client, folder);
    await started.#configure();
    return started;
  }

  async validate(type: string, config: Cty): Promise<Diagnostic[]> {
    const { diagnostics } = await this.#call<{ diagnostics?: WireDiagnostic[] }>("ValidateResourceTypeConfig", {
      type_name: type,
      config: wire(config),
      client_capabilities: { write_only_attributes_allowed: true },
    });
    return toDiagnostics(diagnostics);
  }

  async plan(type: string, prior: Cty, proposed: Cty, config: Cty, priorPrivate?: Uint8Array): Promise<Plan> {
    const answer = await this.#call<{
      diagnostics?: WireDiagnostic[];
      planned_state?: { msgpack: Uint8Array };
      planned_private?: Uint8Array;
      requires_replace?: WirePath[];
    }>("PlanResourceChange", {
      type_name: type,
      prior_state: wire(prior),
      proposed_new_state: wire(proposed),
      config: wire(config),
      prior_private: priorPrivate,
    });
    return {
      diagnostics: toDiagnostics(answer.diagnostics),
      planned: answer.planned_state ? decode(answer.planned_state.msgpack) : null,
      planPrivate: answer.planned_private ?? new Uint8Array(),
      requiresReplace: (answer.requires_replace ?? []).map(toPath),
    };
  }

  /** Ends the process. */
  stop(): void {
    this.client.close();
    this.process.kill("SIGKILL");
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  async #configure(): Promise<void> {
    const { provider } = await this.#call<{ provider: WireSchema }>("GetSchema", {});
    const settings: Record<string, Cty> = { region: "eu-north-1", ...offline };
    const config: Record<string, Cty> = {};
    for (const { name } of provider.block.attributes) config[name] = settings[name] ?? null;
    for (const { type_name, nesting } of provider.block.block_types) {
      config[type_name] = nesting === "LIST" || nesting === "SET" ? [] : null;
    }
    const { diagnostics } = await this.#call<{ diagnostics?: WireDiagnostic[] }>("Configure", { config: wire(config) });
    const errors = toDiagnostics(diagnostics).filter(({ severity }) => severity === "ERROR");
    if (errors.length > 0) throw new Error(`the provider: ${errors.map(({ message }) => message).join("; ")}`);
  }

  #call<Answer>(method: string, request: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.client[method]!(request, (error, answer) => (error ? reject(error) : resolve(answer as Answer)));
    });
  }
}

type Client = grpc.Client &
  Record<string, (request: object, reply: (error: Error | null, answer: unknown) => void) => unknown>;

interface WireSchema {
  block: { attributes: { name: string }[]; block_types: { type_name: string; nesting: string }[] };
}

interface WirePath {
  steps?: { selector?: string; [selector: string]: unknown }[];
}

interface WireDiagnostic {
  severity: Diagnostic["severity"];
  summary?: string;
  detail?: string;
  attribute?: WirePath;
}

function wire(value: Cty): { msgpack: Uint8Array } {
  return { msgpack: encode(value) };
}

function toPath({ steps = [] }: WirePath): PathStep[] {
  return steps.map((step) => step[step.selector!] as PathStep);
}

function toDiagnostics(diagnostics: WireDiagnostic[] = []): Diagnostic[] {
  return diagnostics.map(({ severity, summary = "", detail = "", attribute }) => ({
    severity,
    message: detail.includes(summary) ? detail : `${summary}: ${detail}`,
    path: attribute ? toPath(attribute) : [],
  }));
}

/** The address that the provider prints: `1|5|unix|/tmp/plugin123|grpc|`. */
function handshake(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the provider ended before it said where it listens")));
    // Before that line it may print others for people.
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const [core, version, network, address] = line.split("|");
      if (core !== "1" || !address) return;
      if (version === "5") resolve(network === "unix" ? `unix:${address}` : address);
      else reject(new Error(`the provider speaks plugin protocol ${version}, not 5`));
    });
  });
}
