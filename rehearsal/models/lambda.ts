import { timeOf } from "../templates";
import type { Models } from "./model";

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
    refuse: ({ inputs, world, account }) => {
      const arn = String(inputs.role);
      const own = arn.split(":")[4] === account;
      return own && !world.findBy("aws:iam/role:Role", "arn", arn) ? `there is no role ${arn}` : undefined;
    },
  },
};
