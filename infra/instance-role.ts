import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "./component";
import { trustService } from "./policy-document";

/** Arguments of {@link InstanceRole}. */
export interface InstanceRoleArgs {
  /** Name of the role and of its instance profile. */
  readonly roleName: string;
  readonly transform?: {
    readonly role?: Transform<aws.iam.RoleArgs>;
    readonly instanceProfile?: Transform<aws.iam.InstanceProfileArgs>;
  };
}

/**
 * The application instances' own role, empty at first: bucket policies have to name it before what it may do is known.
 * No charge.
 */
export class InstanceRole extends Component<NonNullable<InstanceRoleArgs["transform"]>> {
  readonly roleName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly instanceProfileName: pulumi.Output<string>;
  readonly nodes: { readonly role: aws.iam.Role; readonly instanceProfile: aws.iam.InstanceProfile };

  constructor(name: string, args: InstanceRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("InstanceRole", name, args.transform, options);
    const role = this.child("role", aws.iam.Role, name, {
      name: args.roleName,
      description: "Application instances of AI-Prism",
      assumeRolePolicy: trustService("ec2.amazonaws.com"),
    });
    const instanceProfile = this.child("instanceProfile", aws.iam.InstanceProfile, name, {
      name: args.roleName,
      role: role.name,
    });
    this.nodes = { role, instanceProfile };
    this.roleName = role.name;
    this.roleArn = role.arn;
    this.instanceProfileName = instanceProfile.name;
    this.registerOutputs({
      roleName: this.roleName,
      roleArn: this.roleArn,
      instanceProfileName: this.instanceProfileName,
    });
  }
}
