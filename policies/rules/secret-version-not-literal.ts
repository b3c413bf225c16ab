import type { StackRule } from "../rule";

/** What makes secrets, or reads one that exists. */
const generators = /^(random:index\/|tls:|aws:iam\/accessKey:|pulumi:pulumi:StackReference)/;

export const secretVersionNotLiteral: StackRule = {
  id: "secret-version-not-literal",
  title: "The value of a secret is generated and not written down",
  family: "secrets",
  severity: "medium",
  // Encrypted configuration looks the same from here, and is a fine place to keep a secret.
  enforcement: "advisory",
  scope: "stack",
  types: ["aws:secretsmanager/secretVersion:SecretVersion"],
  controls: { wellArchitected: ["SEC02-BP03"] },
  remediation:
    "Generate the value with random.RandomPassword, or give it as secretStringWo from configuration that is encrypted.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
  check(version, { fail }) {
    const property = ["secretString", "secretBinary"].find((one) => version.read(one).state !== "absent");
    if (property === undefined) return;
    const from = version.data.propertyDependencies?.[property];
    // Without recorded dependencies nobody can tell where the value came from; an encrypted one is not known.
    if (from === undefined || version.read(property).state === "unknown") return void version.value(property);
    const generated = from.some((urn) => generators.test(typeOf(urn)));
    if (!generated)
      fail(`${property} comes from no resource that generates secrets: it stands in the program or its configuration.`);
  },
};

/** The type in a URN, without its parents'. */
function typeOf(urn: string): string {
  const types = urn.split("::")[2] ?? "";
  return types.slice(types.lastIndexOf("$") + 1);
}
