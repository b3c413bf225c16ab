import { beanstalkTypes, optionSettings, secretVariables } from "../beanstalk";
import { Deferred, read } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";

/** What holds secret values, and where. */
const secretProperties: Record<string, readonly string[]> = {
  "random:index/randomPassword:RandomPassword": ["result"],
  "random:index/randomBytes:RandomBytes": ["base64", "hex"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString"],
  "aws:iam/accessKey:AccessKey": ["secret", "sesSmtpPasswordV4"],
  "aws:iam/userLoginProfile:UserLoginProfile": ["password"],
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": ["servicePassword"],
  "aws:rds/instance:Instance": ["password"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["authToken"],
};

/** Those of them that an option may rightly refer to, by ARN or address. */
const referenceTypes = new Set([
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:rds/instance:Instance",
  "aws:elasticache/replicationGroup:ReplicationGroup",
]);

export const ebSecretFlow: StackRule = {
  id: "eb-secret-flow",
  title: "No generated or stored secret flows into a plain environment variable",
  family: "secrets",
  severity: "high",
  enforcement: "mandatory",
  scope: "stack",
  types: beanstalkTypes,
  controls: { fsbp: ["SecretsManager.1"], wellArchitected: ["SEC02-BP03"] },
  remediation:
    "Pass the secret's ARN in aws:elasticbeanstalk:application:environmentsecrets; the instance fetches the value itself.",
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.secrets.env-vars.html",
  check(environment, { fail, attempt, stack }) {
    const holders = stack.ofType(Object.keys(secretProperties));
    const secrets = holders.flatMap((holder) => material(holder).map((value) => ({ holder, value })));
    let plainUnknown = false;
    let referenceUnknown = false;
    for (const setting of optionSettings(environment)) {
      const reading = environment.read(setting.path);
      if (reading.state === "unknown") {
        if (setting.namespace === secretVariables) referenceUnknown = true;
        else plainUnknown = true;
      } else if (reading.state === "known") {
        const value = String(reading.value);
        const secret = secrets.find((one) => value.includes(one.value));
        if (secret) fail(`Option ${setting.namespace} ${setting.name} holds the secret of "${secret.holder.name}".`);
      }
    }
    if (!plainUnknown && !referenceUnknown) return;
    // `settings` is one property, so the dependencies of all its entries come merged. A generator of secrets has no
    // business with any entry; a stored secret may be there for its ARN, as long as an entry that takes ARNs is open.
    const sources = (environment.data.propertyDependencies?.settings ?? []).flatMap((urn) =>
      holders.filter((holder) => holder.urn === urn),
    );
    for (const source of sources) {
      if (!referenceTypes.has(source.type))
        fail(`A value that is not known yet comes from the secret "${source.name}".`);
      else if (!referenceUnknown) fail(`A plain option that is not known yet comes from the secret "${source.name}".`);
    }
    attempt(() => {
      throw new Deferred("settings");
    });
  },
};

/** The known secret values of a resource, those inside a JSON text included. Too short ones would match by chance. */
function material(resource: Resource): string[] {
  const values = (secretProperties[resource.type] ?? []).flatMap((property) => {
    const reading = read(resource.properties, property);
    return reading.state === "known" && typeof reading.value === "string"
      ? [reading.value, ...inside(reading.value)]
      : [];
  });
  return values.flatMap((value) => [value, encodeURIComponent(value)]).filter((value) => value.length >= 8);
}

/** The fields of a secret's JSON text whose names say that they are secret; others are user names and addresses. */
function inside(text: string): string[] {
  if (!text.startsWith("{")) return [];
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([name, value]) =>
      typeof value === "string" && /pass|secret|token|key|credential/i.test(name) ? [value] : [],
    );
  } catch {
    return [];
  }
}
