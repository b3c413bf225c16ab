// Preview, deployment and preview of as many empty resources as the first argument says, by Pulumi as it comes: its
// Automation API, its SDK, and over as plain a provider as it takes. The second argument is the folder that keeps state
// between runs, as a rehearsal's does; the CLI is the one on the PATH.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const grpc = require("@grpc/grpc-js");
const pulumi = require("@pulumi/pulumi");
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const pb = require("@pulumi/pulumi/proto/provider_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");

class Nothing extends pulumi.CustomResource {
  constructor(name) {
    super("empty:index:Nothing", name, {});
  }
}

function echo(request) {
  const response = new pb.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

/** Answers every call with what it was asked, and knows of no change. */
const answers = {
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
  create: (request) => {
    const response = new pb.CreateResponse();
    response.setId(request.getPreview() ? "" : request.getUrn());
    response.setProperties(request.getProperties());
    return response;
  },
};

function serve() {
  const handlers = Object.fromEntries(
    Object.keys(ResourceProviderService).map((method) => [
      method,
      ({ request }, callback) => {
        if (answers[method]) callback(null, answers[method](request));
        else callback({ code: grpc.status.UNIMPLEMENTED, details: method });
      },
    ]),
  );
  const server = new grpc.Server();
  server.addService(ResourceProviderService, handlers);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

async function main(count, directory) {
  fs.mkdirSync(path.join(directory, "state"), { recursive: true });
  fs.writeFileSync(path.join(directory, "Pulumi.yaml"), JSON.stringify({ name: "empty", runtime: "nodejs" }));
  const port = await serve();
  const program = async () => {
    for (let index = 0; index < count; index++) new Nothing(`nothing-${index}`);
    return {};
  };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: `of-${count}`, projectName: "empty", program },
    {
      workDir: directory,
      envVars: {
        PULUMI_BACKEND_URL: pathToFileURL(path.join(directory, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_HOME: path.join(directory, "home"),
        PULUMI_SKIP_CHECKPOINTS: "true",
        PULUMI_SKIP_UPDATE_CHECK: "1",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DEBUG_PROVIDERS: `empty:${port}`,
      },
    },
  );
  await stack.preview();
  await stack.up();
  await stack.preview();
}

main(Number(process.argv[2]), process.argv[3]).then(
  () => process.exit(0),
  (error) => {
    console.error(String(error));
    process.exit(1);
  },
);
