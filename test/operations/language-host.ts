import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as langproto from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { spawn } from "node:child_process";
import path from "node:path";
import { ROOT } from "../support/stack-files";

/**
 * Starts programs as Pulumi's Node language host does: the SDK's `cmd/run` as a process of its own, told by arguments
 * and environment what the engine asked for. The host itself is a Go program that not every machine has.
 */
export async function startLanguageHost(): Promise<{ address: string; output: () => string; close: () => void }> {
  let output = "";
  const service = {
    getRequiredPlugins: answer(() => new langproto.GetRequiredPluginsResponse()),
    getPluginInfo: answer(() => {
      const info = new PluginInfo();
      info.setVersion("1.0.0");
      return info;
    }),
    run: (call: { request: langproto.RunRequest }, callback: grpc.sendUnaryData<langproto.RunResponse>) => {
      const { request } = call;
      const child = spawn(
        process.execPath,
        [
          path.join(ROOT, "node_modules/@pulumi/pulumi/cmd/run"),
          `--monitor=${request.getMonitorAddress()}`,
          `--engine=${request.getArgsList()[0]}`,
          `--organization=${request.getOrganization()}`,
          `--project=${request.getProject()}`,
          `--stack=${request.getStack()}`,
          `--pwd=${request.getPwd()}`,
          `--parallel=${request.getParallel()}`,
          ...(request.getDryrun() ? ["--dry-run"] : []),
          ".",
        ],
        {
          cwd: request.getPwd(),
          env: {
            ...process.env,
            PULUMI_NODEJS_TYPESCRIPT: "true",
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
          },
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      child.stdout.on("data", (data: Buffer) => (output += data.toString()));
      child.stderr.on("data", (data: Buffer) => (output += data.toString()));
      child.once("exit", (code) => {
        const response = new langproto.RunResponse();
        // 32 says that the program has told the user already.
        if (code === 32) response.setBail(true);
        else if (code !== 0) response.setError(`the program ended with exit code ${code}`);
        callback(null, response);
      });
    },
  };
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, service as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    output: () => output,
    close: () => {
      server.forceShutdown();
    },
  };
}

function answer<T>(make: () => T) {
  return (_call: unknown, callback: grpc.sendUnaryData<T>) => {
    callback(null, make());
  };
}
