// Preview, deployment and preview of as many empty resources as a rehearsal of production has left, by the same engine
// and over as plain a provider as it takes. State is kept between runs, as it is by a rehearsal. The argument says who
// drives the engine: `automation`, Pulumi's own Automation API, or `bare`, the rehearsal's shorter way.
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { runOperation } from "../../operations/engine";
import { prismDirectory } from "../../operations/paths";
import { runCli } from "../../operations/pulumi";
import { loadProgram } from "../../operations/program";
import { readState } from "../../operations/rehearse/state";
import { withoutCredentials, workspaceOf } from "../../operations/rehearse/workspace";
import { findPulumi } from "../../operations/toolchain";

const STACK = "empty";

class Nothing extends pulumi.CustomResource {
  constructor(name: string) {
    super("empty:index:Nothing", name, {});
  }
}

/** Answers every call with what it was asked, and knows of no change. */
async function serve(): Promise<{ port: number; close: () => void }> {
  const answers: Record<string, (request: never) => unknown> = {
    handshake: () => new pb.ProviderHandshakeResponse(),
    attach: () => new Empty(),
    cancel: () => new Empty(),
    getPluginInfo: () => new PluginInfo(),
    getSchema: () => {
      const response = new pb.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    },
    checkConfig: echo,
    diffConfig: () => new pb.DiffResponse(),
    configure: () => {
      const response = new pb.ConfigureResponse();
      response.setSupportspreview(true);
      response.setAcceptsecrets(true);
      return response;
    },
    check: echo,
    diff: () => {
      const response = new pb.DiffResponse();
      response.setChanges(pb.DiffResponse.DiffChanges.DIFF_NONE);
      return response;
    },
    create: (request: pb.CreateRequest) => {
      const response = new pb.CreateResponse();
      response.setId(request.getPreview() ? "" : request.getUrn());
      response.setProperties(request.getProperties());
      return response;
    },
  };
  const handlers = Object.fromEntries(
    Object.keys(ResourceProviderService).map((method) => [
      method,
      (call: { request: never }, callback: grpc.sendUnaryData<unknown>) => {
        const answer = answers[method];
        if (answer) callback(null, answer(call.request));
        else callback({ code: grpc.status.UNIMPLEMENTED, details: method });
      },
    ]),
  );
  const server = new grpc.Server();
  server.addService(
    ResourceProviderService as unknown as grpc.ServiceDefinition,
    handlers as unknown as grpc.UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    close: () => {
      server.forceShutdown();
    },
  };
}

function echo(request: pb.CheckRequest): pb.CheckResponse {
  const response = new pb.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

async function main(): Promise<void> {
  const rehearsed = readState(workspaceOf(loadProgram(undefined), "production").stateFile);
  const count = rehearsed?.deployment.resources?.length ?? 0;
  if (count === 0) throw new Error("rehearse production first: its resources are counted");
  const directory = path.join(prismDirectory(), "bench");
  const fresh = !fs.existsSync(directory);
  fs.mkdirSync(path.join(directory, "state"), { recursive: true });
  fs.writeFileSync(path.join(directory, "Pulumi.yaml"), JSON.stringify({ name: "empty", runtime: "nodejs" }));

  const provider = await serve();
  const { path: cli } = await findPulumi({ onProgress: () => undefined });
  const env = {
    PULUMI_BACKEND_URL: pathToFileURL(path.join(directory, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_HOME: path.join(directory, "home"),
    PULUMI_SKIP_CHECKPOINTS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_DEBUG_PROVIDERS: `empty:${provider.port}`,
  };
  const program = async () => {
    for (let index = 0; index < count; index++) new Nothing(`nothing-${index}`);
    return {};
  };
  try {
    if (process.argv[2] === "automation") {
      process.env.PATH = `${path.dirname(cli)}${path.delimiter}${process.env.PATH}`;
      const { LocalWorkspace } = await import("@pulumi/pulumi/automation");
      const stack = await LocalWorkspace.createOrSelectStack(
        { stackName: STACK, projectName: "empty", program },
        { workDir: directory, envVars: env },
      );
      await stack.preview();
      await stack.up();
      await stack.preview();
    } else {
      const engine = {
        cli,
        workDirectory: directory,
        stack: STACK,
        env: { ...withoutCredentials(process.env), ...env },
      };
      if (fresh) await runCli(engine, ["stack", "init", STACK]);
      for (const verb of ["preview", "up", "preview"] as const) {
        const { code, stdout, stderr } = await runOperation(engine, { verb, program, onEvent: () => undefined });
        if (code !== 0) throw new Error(`${verb} failed: ${stdout}${stderr}`);
      }
    }
  } finally {
    provider.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
