// The entry point of the pack. Constructing a PolicyPack starts a server, so nothing but the policy runner loads this.
import { PolicyPack } from "@pulumi/policy";
import { configurationOf, type ConfigureRequest } from "./engine-configuration";
import type { RunSettings } from "./evaluate";
import { findExemptionsFile, readExemptions } from "./exemptions-file";
import { policies } from "./pack";
import { rules } from "./rules";

const settings: RunSettings = {};

// The SDK tells a policy its parameters, and neither its level nor what else was configured. So the message is read
// where the SDK's own copy of the protocol takes it apart.
const { AnalyzerService } = require(
  require.resolve("@pulumi/pulumi/proto/analyzer_grpc_pb", { paths: [require.resolve("@pulumi/policy")] }),
) as { AnalyzerService: { configure: { requestDeserialize: (bytes: Uint8Array) => ConfigureRequest } } };
const { configure } = AnalyzerService;
const deserialize = configure.requestDeserialize;
configure.requestDeserialize = (bytes) => {
  const request = deserialize(bytes);
  settings.configuration = configurationOf(request);
  return request;
};

const file = findExemptionsFile(process.cwd());
if (file) settings.exemptions = readExemptions(file, rules, new Date().toISOString().slice(0, 10));

new PolicyPack("ai-prism-policies", {
  description: "Guard rails for Pulumi programs on AWS: encryption, versioning, public access, secrets, data safety.",
  policies: policies(rules, () => settings),
});
