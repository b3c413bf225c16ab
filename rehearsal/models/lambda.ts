import { timeOf } from "../templates";
import { isObject, list } from "../values";
import { because, type Models, refused } from "./model";
import { apart, cannotAssume, groupElsewhere, unusableKey, vpcOfSubnets } from "./references";

export const models: Models = {
  "aws:lambda/function:Function": {
    outputs: ({ arn, identifiers, region, partition }) => ({
      invokeArn: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
      qualifiedArn: `${arn}:$LATEST`,
      qualifiedInvokeArn: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}:$LATEST/invocations`,
      version: "$LATEST",
      lastModified: timeOf(identifiers),
      sourceCodeHash: identifiers.hex(64, "code"),
      architectures: ["x86_64"],
    }),
    refuse(context) {
      const { inputs, world, account } = context;
      const arn = String(inputs.role);
      const own = arn.split(":")[4] === account;
      const missing =
        own && !world.findBy("aws:iam/role:Role", "arn", arn) ? because(`there is no role ${arn}`) : undefined;
      const barred = missing ?? cannotAssume(context, arn, "lambda.amazonaws.com");
      if (barred) {
        return refused(
          "InvalidParameterValueException",
          `The role defined for the function cannot be assumed by Lambda: ${barred}`,
        );
      }
      const network = isObject(inputs.vpcConfig) ? inputs.vpcConfig : {};
      const subnets = list(network.subnetIds);
      const place =
        apart(world, subnets) ?? groupElsewhere(world, list(network.securityGroupIds), vpcOfSubnets(world, subnets));
      if (place) {
        return refused(
          "InvalidParameterValueException",
          `The subnets and security groups of vpcConfig must be in one VPC: ${place}`,
        );
      }
      const unusable = inputs.environment === undefined ? undefined : unusableKey(context, inputs.kmsKeyArn);
      return unusable
        ? refused(
            "InvalidParameterValueException",
            `Lambda was unable to configure your environment variables because the environment variables cannot be encrypted: ${unusable}`,
          )
        : undefined;
    },
  },
  "aws:lambda/permission:Permission": {
    importId: ({ function: name, qualifier, statementId }) =>
      `${[name, qualifier].filter(Boolean).map(String).join(":")}/${String(statementId)}`,
  },
};
