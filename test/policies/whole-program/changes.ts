import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Changes } from "./program";

type Setting = { namespace: string; name: string; value: pulumi.Input<string> };

/** A value, or how to get it once the components before are made. */
type Value = pulumi.Input<string> | (() => pulumi.Input<string>);

/** Gives one option of the Beanstalk environment another value, or leaves it out. */
export function option(namespace: string, name: string, value?: Value): Changes {
  return options([[namespace, name, value]]);
}

/** The same for several options. */
export function options(changes: readonly [string, string, Value?][]): Changes {
  const environment = (args: aws.elasticbeanstalk.EnvironmentArgs) => {
    let settings = [...(args.settings as Setting[])];
    for (const [namespace, name, value] of changes) {
      settings = settings.filter((one) => one.namespace !== namespace || one.name !== name);
      if (value !== undefined) settings.push({ namespace, name, value: typeof value === "function" ? value() : value });
    }
    args.settings = settings;
  };
  return { application: { transform: { environment } } };
}

/** A policy document of these statements, as text. */
export function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** What a role that AWS's own service assumes is trusted by. */
export function trusts(principal: unknown): string {
  return document({ Effect: "Allow", Action: "sts:AssumeRole", Principal: principal });
}

/** Adds a statement to a resource's policy. */
export function alsoAllows(statement: object) {
  return (args: { policy: unknown }): void => {
    args.policy = (pulumi.output(args.policy) as pulumi.Output<string>).apply((text) => {
      const { Statement: statements, ...rest } = JSON.parse(text) as { Statement: object[] };
      return JSON.stringify({ ...rest, Statement: [...statements, { Sid: "Added", Effect: "Allow", ...statement }] });
    });
  };
}

/** Replaces a resource's statements by what `change` makes of them. */
export function withStatements(change: (statements: Record<string, unknown>[]) => object[]) {
  return (args: { policy: unknown }): void => {
    args.policy = (pulumi.output(args.policy) as pulumi.Output<string>).apply((text) => {
      const { Statement: statements, ...rest } = JSON.parse(text) as { Statement: Record<string, unknown>[] };
      return JSON.stringify({ ...rest, Statement: change(statements) });
    });
  };
}

/** Changes only the child of one name, of several that share a transform. */
export function named<Args>(part: string, change: Partial<Args> | ((args: Args) => void)) {
  return (args: Args, _options: pulumi.CustomResourceOptions, name: string): void => {
    if (!name.includes(part)) return;
    if (typeof change === "function") change(args);
    else Object.assign(args as object, change);
  };
}

/** Sets resource options. */
export function withOptions(change: pulumi.CustomResourceOptions) {
  return (_: unknown, given: pulumi.CustomResourceOptions): void => {
    Object.assign(given, change);
  };
}
