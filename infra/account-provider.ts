import * as aws from "@pulumi/aws";

/** Arguments of {@link accountProvider}. */
export interface AccountProviderArgs {
  /** The only account the provider works in, 12 digits. */
  readonly accountId: string;
  /** Region of every resource that names none itself. */
  readonly region: string;
  readonly environment: string;
  readonly owner: string;
}

/**
 * The one AWS provider of a program: refuses every account but the configured one, and tags everything for cost
 * allocation. `pulumi:disable-default-providers` in the project file makes sure nothing slips past it.
 */
export function accountProvider({ accountId, region, environment, owner }: AccountProviderArgs): aws.Provider {
  return new aws.Provider("aws", {
    region: region as aws.Region,
    allowedAccountIds: [accountId],
    defaultTags: { tags: { Project: "AI-Prism", Environment: environment, Owner: owner, ManagedBy: "Pulumi" } },
  });
}
