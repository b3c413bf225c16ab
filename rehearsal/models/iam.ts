import { timeOf } from "../templates";
import { text } from "../values";
import { type Model, type ModelContext, type Models, type Refused, refused } from "./model";
import { others, plain } from "./references";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

/** Characters that the inline policies of a role may have together, white space aside. */
const INLINE_LIMIT = 10_240;

function noRole({ inputs, world }: ModelContext): Refused | undefined {
  const role = text(inputs.role);
  if (role === undefined || world.findBy(ROLE, "name", role)) return undefined;
  return role.startsWith("arn:")
    ? refused(
        "ValidationError",
        `The specified value for roleName is invalid: role must be a name, not an ARN: ${role}`,
      )
    : refused("NoSuchEntity", `The role with name ${role} cannot be found: there is no role "${role}"`);
}

const role: Model = {
  outputs: ({ identifiers }) => ({
    createDate: timeOf(identifiers),
    uniqueId: `AROA${identifiers.upper(17)}`,
    managedPolicyArns: [],
    inlinePolicies: [],
  }),
  refuseDelete({ inputs, world }) {
    if (inputs.forceDetachPolicies === true) return undefined;
    // The provider takes a role out of its instance profiles by itself.
    const attached = world.findBy("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", inputs.name);
    if (attached) {
      return refused(
        "DeleteConflict",
        `Cannot delete entity, must detach all policies first: "${attached.name}" belongs to it`,
      );
    }
    const inline = world.findBy(ROLE_POLICY, "role", inputs.name);
    return (
      inline &&
      refused("DeleteConflict", `Cannot delete entity, must delete policies first: "${inline.name}" belongs to it`)
    );
  },
};

const attachment: Model = {
  refuse(context) {
    const { inputs, world, account } = context;
    const arn = text(inputs.policyArn) ?? "";
    if (!/^arn:[^:]+:iam::(aws|\d{12}):policy\/.+$/.test(arn)) {
      return refused("ValidationError", `ARN ${arn} is not valid: policyArn is no ARN of a policy`);
    }
    if (arn.split(":")[4] === account && !world.findBy("aws:iam/policy:Policy", "arn", arn)) {
      return refused("NoSuchEntity", `Policy ${arn} does not exist or is not attachable`);
    }
    return noRole(context);
  },
};

const rolePolicy: Model = {
  refuse(context) {
    const { inputs } = context;
    const missing = noRole(context);
    if (missing) return missing;
    const siblings = others(context, ROLE_POLICY)
      .map(plain)
      .filter((one) => one.role === inputs.role);
    const characters = [inputs, ...siblings].reduce(
      (sum, one) => sum + (text(one.policy) ?? "").replace(/\s/g, "").length,
      0,
    );
    return characters > INLINE_LIMIT
      ? refused(
          "LimitExceeded",
          `Maximum policy size of ${INLINE_LIMIT} bytes exceeded for role ${String(inputs.role)}: its inline policies have ${characters}`,
        )
      : undefined;
  },
};

export const models: Models = {
  [ROLE]: role,
  [ROLE_POLICY]: rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachment,
  "aws:iam/instanceProfile:InstanceProfile": {
    outputs: ({ identifiers }) => ({ createDate: timeOf(identifiers), uniqueId: `AIPA${identifiers.upper(17)}` }),
    refuse: noRole,
  },
  "aws:iam/policy:Policy": {
    outputs: ({ identifiers }) => ({ attachmentCount: 0, policyId: `ANPA${identifiers.upper(17)}` }),
    refuseDelete({ world, arn }) {
      const user = world.findBy("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn", arn);
      return (
        user &&
        refused("DeleteConflict", `Cannot delete a policy attached to entities: it is attached by "${user.name}"`)
      );
    },
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    outputs: ({ identifiers }) => ({ thumbprintLists: [identifiers.hex(40, "thumbprint")] }),
  },
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": {
    outputs: ({ inputs }) => ({
      expirePasswords: Number(inputs.maxPasswordAge ?? 0) > 0,
      hardExpiry: false,
      maxPasswordAge: 0,
      passwordReusePrevention: 0,
    }),
  },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
    arn: (context) =>
      `arn:${context.partition}:iam::${context.account}:role/aws-service-role/${String(context.inputs.awsServiceName)}/${linkedName(context)}`,
    outputs: (context) => ({
      createDate: timeOf(context.identifiers),
      name: linkedName(context),
      path: `/aws-service-role/${String(context.inputs.awsServiceName)}/`,
      uniqueId: `AROA${context.identifiers.upper(17)}`,
    }),
  },
};

function linkedName({ inputs }: Pick<ModelContext, "inputs">): string {
  const service = String(inputs.awsServiceName).split(".")[0]!;
  const suffix = text(inputs.customSuffix);
  return `AWSServiceRoleFor${service[0]!.toUpperCase()}${service.slice(1)}${suffix ? `_${suffix}` : ""}`;
}
