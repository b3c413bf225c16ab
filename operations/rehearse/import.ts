import * as grpc from "@grpc/grpc-js";
import * as automation from "@pulumi/pulumi/automation/server";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as fs from "node:fs";
import * as path from "node:path";
import { type CliResult, type EngineOptions, runCli } from "../pulumi";

// The class is exported, only its type declaration is stripped.
const { LanguageServer } = automation as unknown as {
  LanguageServer: new (program: () => Promise<undefined>) => { onPulumiExit(hasError: boolean): void };
};

/**
 * Runs `pulumi import`, which asks the project's language host what packages a program needs. There is none here, and
 * unlike `up` the command has no option that names another: so it works in a folder of its own, whose project says that
 * the host is this process.
 */
export async function runImport(engine: EngineOptions, args: string[]): Promise<CliResult> {
  const folder = path.join(path.dirname(engine.workDirectory), "import");
  const server = new grpc.Server();
  const language = new LanguageServer(() => Promise.resolve(undefined));
  server.addService(
    LanguageRuntimeService as unknown as grpc.ServiceDefinition,
    language as unknown as grpc.UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  let result: CliResult | undefined;
  try {
    fs.mkdirSync(folder, { recursive: true });
    const stackFile = `Pulumi.${engine.stack}.yaml`;
    fs.copyFileSync(path.join(engine.workDirectory, stackFile), path.join(folder, stackFile));
    const project = JSON.parse(fs.readFileSync(path.join(engine.workDirectory, "Pulumi.yaml"), "utf8")) as object;
    const runtime = { name: "client", options: { address: `127.0.0.1:${port}` } };
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), JSON.stringify({ ...project, runtime }));
    result = await runCli({ ...engine, workDirectory: folder }, ["import", ...args, "--yes", "--skip-preview"]);
    return result;
  } finally {
    server.forceShutdown();
    language.onPulumiExit(result?.code !== 0);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
