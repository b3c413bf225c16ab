import { beanstalkTypes, optionSettings, secretVariables } from "../beanstalk";
import { Deferred } from "../read";
import type { Resource } from "../resource";
import type { StackRule } from "../rule";
import { referenceTypes, secretIn, secretProperties, secretsOf } from "../secret-material";

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
    const secrets = secretsOf(stack);
    let plainUnknown = false;
    let referenceUnknown = false;
    const references: string[] = [];
    for (const setting of optionSettings(environment)) {
      const reading = environment.read(setting.path);
      if (reading.state === "unknown") {
        if (setting.namespace === secretVariables) referenceUnknown = true;
        else plainUnknown = true;
      } else if (reading.state === "known") {
        const secret = secretIn(String(reading.value), secrets);
        if (secret) fail(`Option ${setting.namespace} ${setting.name} holds the secret of "${secret.holder.name}".`);
        else if (setting.namespace === secretVariables) references.push(String(reading.value));
      }
    }
    if (!plainUnknown && !referenceUnknown) return;
    // `settings` is one property, so the dependencies of all its entries come merged. A generator of secrets has no
    // business with any entry; a stored secret may be there for its ARN, as long as an entry that takes ARNs is open.
    const sources = (environment.data.propertyDependencies?.settings ?? []).flatMap((urn) =>
      holders.filter((holder) => holder.urn === urn),
    );
    for (const source of sources) {
      if (referenceTypes.has(source.type) && (holdsNothing(source) || isReferredTo(source, references))) continue;
      if (!referenceTypes.has(source.type))
        fail(`A value that is not known yet comes from the secret "${source.name}".`);
      else if (!referenceUnknown) fail(`A plain option that is not known yet comes from the secret "${source.name}".`);
    }
    attempt(() => {
      throw new Deferred("settings");
    });
  },
};

/** Whether a resource that may hold a secret holds none, such as a database whose password a service manages. */
function holdsNothing(holder: Resource): boolean {
  return secretProperties[holder.type]!.every((property) => holder.read(property).state === "absent");
}

/** Whether an entry that takes ARNs names a stored secret, which is then what the environment has to do with it. */
function isReferredTo(holder: Resource, references: readonly string[]): boolean {
  return ["arn", "secretId"].some((property) => {
    const reading = holder.read(property);
    return reading.state === "known" && references.some((reference) => reference.startsWith(String(reading.value)));
  });
}
