import { optionSettings, plainVariables, secretVariables } from "../beanstalk";
import type { Path } from "../read";
import type { Resource } from "../resource";
import { findSecret, isReference, mayHoldSecret, type Depth } from "../secret-scan";
import { isSecretPlace, textsIn } from "../secret-material";
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
    const looked = new Set<string>();
    for (const { label, name, path, decode, depth } of places(resource, attempt)) {
      looked.add(typeof path === "string" ? path : path.join("."));
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
    // Everywhere else only forms that are secrets wherever they stand: in documents, dashboards, queries, names.
    for (const [property, value] of Object.entries(resource.properties)) {
      if (isSecretPlace(resource, property)) continue;
      for (const { path, text } of textsIn(value, property)) {
        if (looked.has(path) || !mayHoldSecret(text)) continue;
        const reason = findSecret("", text, "shape");
        if (reason) fail(`${path} ${reason}.`);
      }
    }
  },
};

function places(resource: Resource, attempt: (decision: () => void) => void): Place[] {
  const found: Place[] = [];
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

/** An environment block: names and values that a service hands to a process. */
const variables = (resource: Resource, path: string): Place[] =>
  Object.keys(resource.value(path) ?? {}).map((name) => ({
    label: `Variable ${name}`,
    name,
    path: [...path.split("."), name],
    depth: "full",
  }));

/** The same as a list of names and values. */
const variableList = (resource: Resource, path: string): Place[] =>
  resource.list(path).flatMap((_, index) => {
    // Other types hold the name of a parameter or secret.
    const type = resource.text(`${path}.${index}.type`) ?? "PLAINTEXT";
    const name = resource.text(`${path}.${index}.name`) ?? "";
    return type === "PLAINTEXT"
      ? [{ label: `Variable ${name}`, name, path: `${path}.${index}.value`, depth: "full" as const }]
      : [];
  });

const placesByType: Record<string, (resource: Resource) => Place[]> = {
  "aws:lambda/function:Function": (one) => variables(one, "environment.variables"),
  "aws:apprunner/service:Service": (one) =>
    variables(one, "sourceConfiguration.imageRepository.imageConfiguration.runtimeEnvironmentVariables"),
  "aws:codebuild/project:Project": (one) => variableList(one, "environment.environmentVariables"),
  "aws:ecs/taskDefinition:TaskDefinition": () => [
    { label: "containerDefinitions", name: "", path: "containerDefinitions", depth: "containers" },
  ],
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
