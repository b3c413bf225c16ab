import { MissingTool, PrismError, exitCode } from "./errors";

/** Why AWS did not do as it was asked, by what a person can do about it. */
export type Refusal = "denied" | "throttled" | "expired" | "unreachable" | "refused";

/** A call of AWS that did not succeed. The message names the call, and what is in the way. */
export class AwsFailure extends PrismError {
  constructor(
    message: string,
    readonly refusal: Refusal,
    /** AWS's own name of the error, such as `InvalidParameterValue`. */
    readonly awsCode: string,
    /** What AWS said, without our words around it. */
    readonly awsMessage: string,
  ) {
    super(message, refusal === "expired" ? exitCode.missing : exitCode.failed);
  }
}

/** Limits that every client gets: a region that is down is told after some seconds, and not waited for. */
export const clientDefaults = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
} as const;

/**
 * Makes one call of AWS.
 *
 * @param action The IAM action that it needs, such as `elasticbeanstalk:UpdateEnvironment`.
 * @throws AwsFailure saying what is in the way
 * @throws MissingTool when there are no credentials
 */
export async function ask<Result>(action: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw failureOf(error, action);
  }
}

const denied = /^(AccessDenied(Exception)?|UnauthorizedOperation|InsufficientPrivileges(Exception)?|403|Forbidden)$/;
const throttled =
  /^(Throttling(Exception)?|ThrottledException|RequestLimitExceeded|TooManyRequests(Exception)?|SlowDown)$/;
const expired = /^(ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId)$/;
const unreachable = /^(TimeoutError|NetworkingError|AbortError|E[A-Z_]{3,}|503|ServiceUnavailable(Exception)?)$/;

function failureOf(error: unknown, action: string): PrismError {
  const { name, message, code, status, headline } = partsOf(error);
  const failure = (text: string, refusal: Refusal): AwsFailure => new AwsFailure(text, refusal, name, message);
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return new MissingTool(`no AWS credentials: ${headline}; sign in again (aws sso login), or set AWS_PROFILE`);
  }
  if (expired.test(name)) {
    return failure(`${action}: AWS does not take these credentials any more (${name}); sign in again`, "expired");
  }
  if (denied.test(name) || status === 403) {
    return failure(`${action} is refused: these credentials lack the permission ${action}. ${headline}`, "denied");
  }
  if (throttled.test(name) || status === 429) {
    return failure(`${action} is throttled: AWS takes no more of these calls for now (${name})`, "throttled");
  }
  if (unreachable.test(code) || unreachable.test(name) || (status !== undefined && status >= 500)) {
    return failure(`${action}: AWS does not answer (${code || name}): ${headline}`, "unreachable");
  }
  return failure(`${action} is refused (${name}): ${headline}`, "refused");
}

function partsOf(error: unknown): {
  name: string;
  message: string;
  code: string;
  status: number | undefined;
  headline: string;
} {
  const known = error instanceof Error ? error : new Error(String(error));
  const { code, $metadata } = known as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  return {
    name: known.name,
    message: known.message,
    code: typeof code === "string" ? code : "",
    status: $metadata?.httpStatusCode,
    headline: known.message.split("\n")[0] ?? "",
  };
}
