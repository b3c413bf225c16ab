import { optionSettings, plainVariables, secretVariables } from "../beanstalk";
import type { Path } from "../read";
import type { Resource } from "../resource";
import { findSecret, isReference, type Depth } from "../secret-scan";
import type { ResourceRule } from "../rule";

interface Place {
  /** How a message names the place. Never the value. */
  label: string;
  /** The name the value goes by, which may itself say "password". */
  name: string;
  path: Path;
  decode?: boolean;
  /** `reference` where nothing but the ARN of a secret belongs. */
  depth: Depth | "reference";
}

export const noPlaintextSecrets: ResourceRule = {
  id: "no-plaintext-secrets",
  title: "No secret stands in a value that anybody can read",
  family: "secrets",
  severity: "critical",
  enforcement: "mandatory",
  scope: "resource",
  types: "any",
  controls: { fsbp: ["ECS.8"], wellArchitected: ["SEC02-BP03"] },
  remediation:
    "Keep the value in Secrets Manager and pass its ARN; Beanstalk takes it in aws:elasticbeanstalk:application:environmentsecrets. Then change the secret: it counts as leaked.",
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.secrets.env-vars.html",
  check(resource, { fail, attempt }) {
    for (const { label, name, path, decode, depth } of places(resource, attempt)) {
      attempt(() => {
        const value = resource.value(path);
        if (value === undefined || typeof value === "object") return;
        const text = decode ? decoded(String(value)) : String(value);
        const reason =
          depth === "reference"
            ? isReference(text)
              ? undefined
              : "takes an ARN and holds something else"
            : findSecret(name, text, depth);
        if (reason) fail(`${label} ${reason}.`);
      });
    }
  },
};

function places(resource: Resource, attempt: (decision: () => void) => void): Place[] {
  const found: Place[] = ["description", "alarmDescription", "comment"].map((path) => ({
    label: path,
    name: "",
    path,
    depth: "shape",
  }));
  attempt(() => {
    for (const name of Object.keys(resource.value("tags") ?? {})) {
      found.push({ label: `Tag ${name}`, name, path: ["tags", name], depth: "name" });
    }
  });
  attempt(() => found.push(...(placesByType[resource.type]?.(resource) ?? [])));
  return found;
}

const userData = (): Place[] =>
  ["userData", "userDataBase64"].map((path) => ({ label: path, name: "", path, decode: true, depth: "lines" }));

const placesByType: Record<string, (resource: Resource) => Place[]> = {
  "aws:elasticbeanstalk/environment:Environment": options,
  "aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate": options,
  "aws:ec2/launchTemplate:LaunchTemplate": userData,
  "aws:ec2/launchConfiguration:LaunchConfiguration": userData,
  "aws:ec2/instance:Instance": userData,
  "aws:ssm/parameter:Parameter": (parameter) => {
    if (parameter.text("type") === "SecureString") return [];
    const known = parameter.read("name");
    const name = known.state === "known" ? String(known.value) : parameter.name;
    const variable = name.slice(name.lastIndexOf("/") + 1);
    return ["value", "insecureValue"].map((path) => ({ label: `The ${path}`, name: variable, path, depth: "full" }));
  },
  "aws:cloudfront/distribution:Distribution": (distribution) =>
    distribution.list("origins").flatMap((_, origin) =>
      distribution.list(`origins.${origin}.customHeaders`).map((_, header) => {
        const path = `origins.${origin}.customHeaders.${header}`;
        return { label: path, name: distribution.text(`${path}.name`) ?? "", path: `${path}.value`, depth: "full" };
      }),
    ),
};

function options(environment: Resource): Place[] {
  return optionSettings(environment).map(({ namespace, name, path }) => {
    const place = { label: `Option ${namespace} ${name}`, path };
    if (namespace === plainVariables) return { ...place, name, depth: "full" };
    return { ...place, name: "", depth: namespace === secretVariables ? "reference" : "shape" };
  });
}

/** User data comes as text or base64. */
function decoded(text: string): string {
  const compact = text.replace(/\s/g, "");
  if (compact.length < 16 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return text;
  const bytes = Buffer.from(compact, "base64").toString("utf8");
  return bytes.includes("\uFFFD") ? text : bytes;
}
