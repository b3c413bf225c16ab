import { beanstalkTypes, optionSettings, plainVariables, secretVariables } from "../beanstalk";
import { Deferred, isUnknown, type Path } from "../read";
import type { Resource } from "../resource";
import { findSecret, type Depth } from "../secret-scan";
import type { ResourceRule } from "../rule";

interface Place {
  /** How a message names the place. Never the value. */
  label: string;
  /** The name the value goes by, which may itself say "password". */
  name: string;
  path: Path;
  decode?: boolean;
  depth: Depth;
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
        const reason = findSecret(name, decode ? decoded(String(value)) : String(value), depth);
        if (reason) fail(`${label} ${reason}.`);
      });
    }
  },
};

function places(resource: Resource, attempt: (decision: () => void) => void): Place[] {
  const found: Place[] = [];
  const add = (list: () => Place[]) => attempt(() => found.push(...list()));

  if ((beanstalkTypes as readonly string[]).includes(resource.type)) {
    add(() =>
      optionSettings(resource)
        // What names a secret there is an ARN; anything else is a secret in the wrong place and is found by its shape.
        .map(({ namespace, name, path }) => ({
          label: `Option ${namespace} ${name}`,
          name: namespace === plainVariables ? name : "",
          path,
          depth: namespace === plainVariables || namespace === secretVariables ? "full" : "shape",
        })),
    );
  }
  if (resource.type === "aws:ssm/parameter:Parameter" && resource.text("type") !== "SecureString") {
    const name = resource.read("name");
    const label = name.state === "known" ? String(name.value) : resource.name;
    for (const path of ["value", "insecureValue"]) {
      add(() => [{ label: `Parameter ${path}`, name: label.slice(label.lastIndexOf("/") + 1), path, depth: "full" }]);
    }
  }
  if (
    /^aws:ec2\/(launchTemplate:LaunchTemplate|launchConfiguration:LaunchConfiguration|instance:Instance)$/.test(
      resource.type,
    )
  ) {
    for (const path of ["userData", "userDataBase64"]) {
      add(() => [{ label: path, name: "", path, decode: true, depth: "lines" }]);
    }
  }
  if (resource.type === "aws:cloudfront/distribution:Distribution") {
    add(() =>
      resource.list("origins").flatMap((_, origin) =>
        resource.list(`origins.${origin}.customHeaders`).map((_, header) => {
          const path = `origins.${origin}.customHeaders.${header}`;
          return { label: path, name: resource.text(`${path}.name`) ?? "", path: `${path}.value`, depth: "full" };
        }),
      ),
    );
  }
  for (const path of ["description", "alarmDescription", "comment"]) {
    if (Object.hasOwn(resource.properties, path)) add(() => [{ label: path, name: "", path, depth: "shape" }]);
  }
  const tags = resource.properties.tags;
  if (isUnknown(tags)) attempt(() => deferTags());
  else if (typeof tags === "object" && tags !== null && !Array.isArray(tags)) {
    for (const name of Object.keys(tags)) {
      found.push({ label: `Tag ${name}`, name, path: ["tags", name], depth: "name" });
    }
  }
  return found;
}

function deferTags(): never {
  throw new Deferred("tags");
}

/** User data comes as text or base64. */
function decoded(text: string): string {
  const compact = text.replace(/\s/g, "");
  if (compact.length < 16 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return text;
  const bytes = Buffer.from(compact, "base64").toString("utf8");
  return bytes.includes("\uFFFD") ? text : bytes;
}
