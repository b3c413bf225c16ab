import { timeOf } from "../templates";
import { text } from "../values";
import type { Model, ModelContext, Models } from "./model";

const ROLE = "aws:iam/role:Role";

function noRole({ inputs, world }: ModelContext): string | undefined {
  const role = text(inputs.role);
  if (role === undefined || world.findBy(ROLE, "name", role)) return undefined;
  return role.startsWith("arn:") ? `role must be a name, not an ARN: ${role}` : `there is no role "${role}"`;
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
    const users = [
      "rolePolicyAttachment:RolePolicyAttachment",
      "rolePolicy:RolePolicy",
      "instanceProfile:InstanceProfile",
    ];
    const user = users.map((type) => world.findBy(`aws:iam/${type}`, "role", inputs.name)).find((one) => one);
    return user && `"${user.name}" belongs to it`;
  },
};

const attachment: Model = {
  refuse(context) {
    const { inputs, world, account } = context;
    const arn = text(inputs.policyArn) ?? "";
    if (!/^arn:[^:]+:iam::(aws|\d{12}):policy\/.+$/.test(arn)) return `policyArn is no ARN of a policy: ${arn}`;
    if (arn.split(":")[4] === account && !world.findBy("aws:iam/policy:Policy", "arn", arn))
      return `there is no policy ${arn}`;
    return noRole(context);
  },
};

export const models: Models = {
  [ROLE]: role,
  "aws:iam/rolePolicy:RolePolicy": { refuse: noRole },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachment,
  "aws:iam/instanceProfile:InstanceProfile": {
    outputs: ({ identifiers }) => ({ createDate: timeOf(identifiers), uniqueId: `AIPA${identifiers.upper(17)}` }),
    refuse: noRole,
  },
  "aws:iam/policy:Policy": {
    outputs: ({ identifiers }) => ({ attachmentCount: 0, policyId: `ANPA${identifiers.upper(17)}` }),
    refuseDelete({ world, arn }) {
      const user = world.findBy("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn", arn);
      return user && `it is attached by "${user.name}"`;
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
