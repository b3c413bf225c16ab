import { Deferred } from "../read";
import type { ResourceRule } from "../rule";

export const ebSettingsSecret: ResourceRule = {
  id: "eb-settings-secret",
  title: "What Beanstalk reports of its settings is encrypted in state",
  family: "secrets",
  severity: "low",
  enforcement: "advisory",
  scope: "resource",
  types: ["aws:elasticbeanstalk/environment:Environment"],
  controls: { wellArchitected: ["SEC02-BP03"] },
  remediation: 'Set the resource option additionalSecretOutputs to ["allSettings"].',
  url: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.secrets.env-vars.html",
  check(environment, { fail }) {
    const secret = environment.data.additionalSecretOutputs;
    if (secret === undefined) throw new Deferred("additionalSecretOutputs");
    if (!secret.includes("allSettings"))
      fail("allSettings repeats every setting, and is not among additionalSecretOutputs.");
  },
};
