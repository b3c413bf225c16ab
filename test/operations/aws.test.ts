import assert from "node:assert/strict";
import { AwsFailure, type FailureKind } from "../../operations/aws";
import { exitCode } from "../../operations/errors";

/** What the SDK throws: a name, a message, sometimes a status or the code of a socket. */
function thrown(
  name: string,
  { status, code, message = "no" }: Partial<Record<"code" | "message", string>> & { status?: number } = {},
) {
  return Object.assign(new Error(message), { name, code, $metadata: { httpStatusCode: status } });
}

const failureOf = (cause: unknown): AwsFailure => new AwsFailure("S3Client", "HeadObjectCommand", "eu-north-1", cause);

describe("a call of AWS that failed", () => {
  const cases: [FailureKind, ReturnType<typeof thrown>][] = [
    ["denied", thrown("AccessDenied", { status: 403 })],
    ["denied", thrown("UnauthorizedOperation", { status: 403 })],
    ["denied", thrown("403", { status: 403 })],
    ["missing", thrown("NotFound", { status: 404 })],
    ["missing", thrown("NoSuchBucket", { status: 404 })],
    ["missing", thrown("DBInstanceNotFound")],
    ["throttled", thrown("ThrottlingException", { status: 400 })],
    ["throttled", thrown("Unknown", { status: 429 })],
    ["credentials", thrown("ExpiredToken", { status: 403 })],
    ["credentials", thrown("SignatureDoesNotMatch", { status: 403 })],
    ["credentials", thrown("CredentialsProviderError")],
    ["unreachable", thrown("Error", { code: "ENOTFOUND" })],
    ["unreachable", thrown("Error", { code: "ERR_STREAM_PREMATURE_CLOSE" })],
    ["unreachable", thrown("TimeoutError")],
    ["unreachable", thrown("ServiceUnavailable", { status: 503 })],
    ["refused", thrown("InvalidParameterValue", { status: 400 })],
    ["refused", thrown("toString", { status: 400 })],
  ];

  for (const [kind, cause] of cases) {
    it(`is ${kind} with ${cause.code ?? cause.name} and status ${cause.$metadata.httpStatusCode ?? "none"}`, () => {
      const failure = failureOf(cause);
      assert.equal(failure.kind, kind);
      assert.equal(failure.code, kind === "credentials" ? exitCode.missing : exitCode.failed);
      assert.equal(failure.isTransient, kind === "throttled" || kind === "unreachable");
    });
  }

  it("names IAM's action, which is not always the call", () => {
    assert.equal(failureOf(thrown("AccessDenied")).action, "s3:GetObject");
  });

  it("names the action that AWS names, where that is another", () => {
    const message = "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on resource: y";
    const { action, message: said } = failureOf(thrown("AccessDenied", { message }));
    assert.equal(action, "kms:Decrypt");
    assert.match(said, /^these credentials may not call kms:Decrypt \(s3 in eu-north-1\): User: /);
  });

  it("says what it put an end to, with the same exit code", () => {
    const ended = failureOf(thrown("ExpiredToken")).endOf("the session ended");
    assert.match(ended.message, /^the session ended: AWS credentials are refused: the session has expired; sign in /);
    assert.equal(ended.code, exitCode.missing);
  });
});
