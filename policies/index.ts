// The entry point of the pack. Constructing a PolicyPack starts a server, so nothing but the policy runner loads this.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./pack";
import { rules } from "./rules";

new PolicyPack("ai-prism-policies", {
  description: "Guard rails for Pulumi programs on AWS: encryption, versioning, public access, secrets, data safety.",
  policies: policies(rules),
});
