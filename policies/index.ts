// The entry point of the pack. Constructing a PolicyPack starts a server, so nothing but the policy runner loads this.
import { PolicyPack } from "@pulumi/policy";
import { type AnalyzerService, Engine } from "./engine";
import { findExemptionsFile, readExemptions } from "./exemptions-file";
import { policies } from "./pack";
import { rules } from "./rules";

const engine = new Engine();
const file = findExemptionsFile(process.cwd());
if (file) engine.settings = { exemptions: readExemptions(file, rules, new Date().toISOString().slice(0, 10)) };

// The SDK's own copy of the protocol.
const protocol = require.resolve("@pulumi/pulumi/proto/analyzer_grpc_pb", {
  paths: [require.resolve("@pulumi/policy")],
});
engine.listen((require(protocol) as { AnalyzerService: AnalyzerService }).AnalyzerService);

new PolicyPack("ai-prism-policies", {
  description: "Guard rails for Pulumi programs on AWS: encryption, versioning, public access, secrets, data safety.",
  policies: policies(rules, engine),
});
