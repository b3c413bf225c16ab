import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import type { JudgedResource } from "../../policies/evaluate";
import type { ResourceData } from "../../policies/resource";
import { scratchDirectory } from "../support/scratch";

const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const pb = require("@pulumi/pulumi/proto/analyzer_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");

/** A generated protobuf message: its accessors are not typed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Message = any;

export const packFolder = resolve(__dirname, "../../policies");

/** A violation as the policy server reports it to the engine. */
export interface Diagnostic {
  policy: string;
  message: string;
  urn: string;
  /** The numbers of the protocol: 0 advisory, 1 mandatory. */
  enforcement: number;
  severity: number;
}

/** The compiled pack, served by the SDK's own runner in a child process, and spoken to as the engine does. */
export class PolicyServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: grpc.Client & Record<string, (...args: unknown[]) => void>,
  ) {}

  /** Starts the pack and waits for its port. @throws Error with what it printed when it does not start */
  static async start(folder = packFolder, env: NodeJS.ProcessEnv = {}): Promise<PolicyServer> {
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [folder] });
    const child = spawn(process.execPath, [runner, "127.0.0.1:0", folder], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: scratchDirectory(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const port = await new Promise<string>((found, failed) => {
      let printed = "";
      child.stderr.on("data", (chunk) => (printed += String(chunk)));
      child.stdout.on("data", (chunk) => {
        printed += String(chunk);
        const line = /^(\d+)\s*$/m.exec(printed);
        if (line) found(line[1]!);
      });
      child.on("exit", (code) => failed(new Error(`the pack ended with ${code}: ${printed}`)));
    });
    return new PolicyServer(child, new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()));
  }

  stop(): void {
    this.client.close();
    this.child.removeAllListeners("exit");
    this.child.kill();
  }

  async #call(method: string, request: unknown): Promise<Message> {
    const call = this.client[method]!.bind(this.client) as (
      request: unknown,
      done: (error: Error | null, response: Message) => void,
    ) => void;
    return promisify(call)(request);
  }

  /** The names and levels of the pack's policies. */
  async policies(): Promise<{ name: string; description: string; enforcement: number; severity: number }[]> {
    const info = await this.#call("getAnalyzerInfo", new Empty());
    return info.getPoliciesList().map((policy: Message) => ({
      name: policy.getName(),
      description: policy.getDescription(),
      enforcement: policy.getEnforcementlevel(),
      severity: policy.getSeverity(),
    }));
  }

  /** Begins another run, as the engine does with each operation. */
  async begin(): Promise<void> {
    await this.#call("configureStack", new pb.AnalyzerStackConfigureRequest());
  }

  /** Configures policies as `--policy-pack-config` does. Levels: 0 advisory, 1 mandatory, 2 disabled. */
  async configure(policies: Record<string, { enforcement: number; parameters?: Record<string, unknown> }>) {
    const request = new pb.ConfigureAnalyzerRequest();
    for (const [name, { enforcement, parameters = {} }] of Object.entries(policies)) {
      const config = new pb.PolicyConfig();
      config.setEnforcementlevel(enforcement);
      config.setProperties(Struct.fromJavaScript(parameters as never));
      request.getPolicyconfigMap().set(name, config);
    }
    await this.#call("configure", request);
  }

  /** What the resource rules say, as before a create or update. */
  async analyze(resource: JudgedResource): Promise<Diagnostic[]> {
    return (await this.answer(resource)).diagnostics;
  }

  /** What the resource rules say, and which of them do not apply. */
  async answer(resource: JudgedResource): Promise<{ diagnostics: Diagnostic[]; skipped: string[] }> {
    const request = new pb.AnalyzeRequest();
    fill(request, { ...resource, properties: resource.inputs ?? resource.properties });
    const response = await this.#call("analyze", request);
    return {
      diagnostics: diagnostics(response).map((one) => ({ ...one, urn: one.urn || resource.urn })),
      skipped: response.getNotApplicableList().map((one: Message) => one.getPolicyName()),
    };
  }

  /** What the whole pack says of a stack: of each resource first, as it comes, and of all together at the end. */
  async judge(resources: readonly JudgedResource[]): Promise<Diagnostic[]> {
    const found: Diagnostic[] = [];
    for (const resource of resources) found.push(...(await this.analyze(resource)));
    return [...found, ...(await this.analyzeStack(resources))];
  }

  /** What the stack rules say, as at the end of a preview or update. */
  async analyzeStack(resources: readonly ResourceData[]): Promise<Diagnostic[]> {
    const request = new pb.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const one = new pb.AnalyzerResource();
        fill(one, resource);
        if (resource.parent) one.setParent(resource.parent);
        one.setDependenciesList(resource.dependencies ?? []);
        for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
          const list = new pb.AnalyzerPropertyDependencies();
          list.setUrnsList(urns);
          one.getPropertydependenciesMap().set(property, list);
        }
        return one;
      }),
    );
    return diagnostics(await this.#call("analyzeStack", request));
  }
}

function fill(message: Message, resource: ResourceData): void {
  message.setType(resource.type);
  message.setName(resource.name);
  message.setUrn(resource.urn);
  message.setProperties(Struct.fromJavaScript(resource.properties as never));
  const options = new pb.AnalyzerResourceOptions();
  options.setProtect(resource.protect ?? false);
  options.setIgnorechangesList(resource.ignoreChanges ?? []);
  options.setAdditionalsecretoutputsList(resource.additionalSecretOutputs ?? []);
  if (resource.parent) options.setParent(resource.parent);
  message.setOptions(options);
  if (resource.provider) {
    const provider = new pb.AnalyzerProviderResource();
    provider.setType("pulumi:providers:aws");
    provider.setName("default");
    provider.setProperties(Struct.fromJavaScript(resource.provider as never));
    message.setProvider(provider);
  }
}

function diagnostics(response: Message): Diagnostic[] {
  return response.getDiagnosticsList().map((one: Message) => ({
    policy: one.getPolicyname(),
    message: one.getMessage(),
    urn: one.getUrn(),
    enforcement: one.getEnforcementlevel(),
    severity: one.getSeverity(),
  }));
}
