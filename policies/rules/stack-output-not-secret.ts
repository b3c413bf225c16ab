import type { StackRule } from "../rule";
import { secretIn, secretsOf, textsIn } from "../secret-material";
import { findSecret } from "../secret-scan";

export const stackOutputNotSecret: StackRule = {
  id: "stack-output-not-secret",
  title: "No secret leaves the stack as an output",
  family: "secrets",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: ["pulumi:pulumi:Stack"],
  controls: { wellArchitected: ["SEC02-BP03"] },
  remediation: "Export the ARN of the secret: outputs are printed, and handed to every program that reads the stack.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
  check(stackResource, { fail, stack }) {
    const secrets = secretsOf(stack);
    // What no provider serves is a component; the engine says nothing else of it.
    const components = stack.resources.filter(
      ({ type, data }) => !/^(aws|random|tls|pulumi):/.test(type) && Object.keys(data.provider ?? {}).length === 0,
    );
    for (const { place, properties, byName } of [
      { place: "The output", properties: stackResource.properties, byName: true },
      // Components keep their outputs in the state as well.
      ...components.map((one) => ({
        place: `The output of "${one.name}",`,
        properties: one.properties,
        byName: false,
      })),
    ]) {
      for (const { path, text } of textsIn(properties, "")) {
        const secret = secretIn(text, secrets);
        const reason = secret
          ? `holds the secret of "${secret.holder.name}"`
          : findSecret(byName ? path.slice(path.lastIndexOf(".") + 1) : "", text, byName ? "name" : "shape");
        if (reason) fail(`${place} ${path} ${reason}.`);
      }
    }
  },
};
