import { MissingTool, PrismError, UsageError } from "../errors";

/** Who the credentials at hand belong to. */
export interface Identity {
  account: string;
  arn: string;
}

/** What AWS calls credentials that were valid once, or never. */
const invalid: Record<string, string> = {
  ExpiredToken: "the session has expired",
  ExpiredTokenException: "the session has expired",
  InvalidClientTokenId: "AWS does not know these credentials",
  SignatureDoesNotMatch: "the secret access key does not belong to the access key",
  AccessDenied: "these credentials may not ask who they are (sts:GetCallerIdentity)",
};

/**
 * Asks AWS whose credentials the environment, the shared configuration or the instance gives.
 *
 * @param expected The account that the stack file names.
 * @throws MissingTool without credentials that AWS takes
 * @throws UsageError when they belong to another account
 * @throws PrismError when AWS does not answer
 */
export async function identify(region: string, expected: string): Promise<Identity> {
  // This project says itself which Node it needs.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ region, maxAttempts: 3 });
  let identity: Identity;
  try {
    const { Account: account = "", Arn: arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    identity = { account, arn };
  } catch (error) {
    throw describe(error, region);
  } finally {
    client.destroy();
  }
  if (identity.account !== expected) {
    throw new UsageError(
      `the credentials belong to account ${identity.account} (${identity.arn}), the stack file says accountId = ${expected}; nothing was started`,
    );
  }
  return identity;
}

function describe(error: unknown, region: string): PrismError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const how = "sign in again (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID";
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return new MissingTool(`no AWS credentials: ${message.split("\n")[0]}; ${how}`);
  }
  const known = invalid[name];
  if (known) return new MissingTool(`AWS credentials are refused: ${known}; ${how}`);
  return new PrismError(`AWS did not say whose credentials these are (STS in ${region}, ${name}): ${message}`);
}
