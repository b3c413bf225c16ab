import { factsOf, modelledTypes } from "../../rehearsal/facts";

/** The Terraform type behind each Pulumi type that this project deploys, by Pulumi token. */
export function terraformTypes(): ReadonlyMap<string, string> {
  return new Map(
    modelledTypes().flatMap((token) => {
      const type = factsOf(token)?.tf;
      return type ? [[token, type] as const] : [];
    }),
  );
}

/**
 * The Terraform type that a token spells out, for tokens that {@link terraformTypes} does not list: module and name
 * in snake case (`aws:backup/vault:Vault` is `aws_backup_vault`), or the name alone in the modules of EC2.
 *
 * @param exists Whether the provider has a type of that name
 */
export function spelledType(token: string, exists: (type: string) => boolean): string | undefined {
  const [module = "", name = ""] = (token.split(":")[1] ?? "").split("/");
  const candidates = [`aws_${snakeCase(module)}_${snakeCase(name)}`];
  if (module === "ec2") candidates.push(`aws_${snakeCase(name)}`);
  return candidates.find(exists);
}

/** Arguments whose Pulumi name is another word: by Terraform type, Terraform name to Pulumi name. */
export const renamedArguments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cloudwatch_log_subscription_filter: { log_group_name: "logGroup" },
  aws_cloudwatch_metric_alarm: { alarm_name: "name" },
  aws_elastic_beanstalk_environment: { version_label: "version" },
  aws_lambda_function: { function_name: "name", filename: "code" },
  aws_lambda_layer_version: { filename: "code" },
  aws_lambda_permission: { function_name: "function" },
  aws_sns_topic_subscription: { topic_arn: "topic" },
};

/** `openIdConnect` to `open_id_connect`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}

/** `open_id_connect` to `openIdConnect`. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The plural that Pulumi gives the name of a list: `policy` to `policies`, `alias` to `aliases`; plurals stay. */
export function pluralName(name: string): string {
  if (/(ss|us|is|as|x|z|ch|sh)$/.test(name)) return `${name}es`;
  if (name.endsWith("s")) return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}

/** The same text for every spelling of a name: snake or camel case, singular or plural. */
export function foldName(name: string): string {
  return name
    .replaceAll("_", "")
    .toLowerCase()
    .replace(/(ies|es|[yse])+$/, "");
}
