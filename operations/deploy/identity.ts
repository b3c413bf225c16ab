import { Aws } from "../aws";
import { UsageError } from "../errors";

/** Who the credentials at hand belong to. */
export interface Identity {
  account: string;
  arn: string;
}

/**
 * Asks AWS whose credentials the environment, the shared configuration or the instance gives.
 *
 * @param expected The account that the stack file names.
 * @throws AwsFailure without credentials that AWS takes, and when it does not answer
 * @throws UsageError when they belong to another account
 */
export async function identify(region: string, expected: string): Promise<Identity> {
  // This project says itself which Node it needs.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const aws = new Aws();
  let identity: Identity;
  try {
    const sts = aws.client(STSClient, region);
    const { Account: account = "", Arn: arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
    identity = { account, arn };
  } finally {
    aws.close();
  }
  if (identity.account !== expected) {
    throw new UsageError(
      `the credentials belong to account ${identity.account} (${identity.arn}), the stack file says accountId = ${expected}; nothing was started`,
    );
  }
  return identity;
}
