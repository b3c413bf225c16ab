import { Deferred, isUnknown, need, read } from "./read";
import type { Resource } from "./resource";

/** What carries Beanstalk option settings. */
export const beanstalkTypes = [
  "aws:elasticbeanstalk/environment:Environment",
  "aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate",
] as const;

/** The namespace whose options become plain environment variables. */
export const plainVariables = "aws:elasticbeanstalk:application:environment";

/** The namespace whose options name a secret or parameter that the instance fetches itself. */
export const secretVariables = "aws:elasticbeanstalk:application:environmentsecrets";

/** One option setting. The value's path is relative to the resource. */
export interface OptionSetting {
  namespace: string;
  name: string;
  path: string;
}

/**
 * The option settings whose namespace and name are known.
 * @throws Deferred when the list as a whole is not known yet
 */
export function optionSettings(resource: Resource): OptionSetting[] {
  return resource.list("settings").flatMap((setting, index) => {
    const namespace = read(setting, "namespace");
    const name = read(setting, "name");
    if (namespace.state !== "known" || name.state !== "known") return [];
    return [{ namespace: String(namespace.value), name: String(name.value), path: `settings.${index}.value` }];
  });
}

/**
 * The value of one option, undefined where it is left to Beanstalk's default.
 * @throws Deferred when it is not known yet, or may be set out of sight, by a saved configuration
 */
export function option(resource: Resource, namespace: string, name: string): string | undefined {
  // The last of several settings wins.
  const setting = optionSettings(resource).findLast((one) => one.namespace === namespace && one.name === name);
  if (setting) {
    const value = need(resource.properties, setting.path);
    return value === undefined ? undefined : String(value);
  }
  const hidden = resource.list("settings").some((one) => isUnknown(one) || read(one, "name").state === "unknown");
  if (hidden) throw new Deferred("settings");
  if (resource.read("templateName").state !== "absent") throw new Deferred("templateName");
  return undefined;
}
