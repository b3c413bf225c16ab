import assert from "node:assert/strict";
import { GeneratedSecret, type GeneratedSecretArgs } from "../../infra/generated-secret";
import { isSecret, runMocked, valueOf, type MockOptions } from "../support/mocks";

const ARGS: GeneratedSecretArgs = {
  secretName: "ai-prism/operator-token",
  description: "Lets operators in",
  region: "eu-north-1",
  kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/home",
};
const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

function run(args: Partial<GeneratedSecretArgs> = {}, options: MockOptions = {}) {
  return runMocked(() => new GeneratedSecret("operator-token", { ...ARGS, ...args }), {
    outputs: {
      "random:index/randomPassword:RandomPassword": (_inputs, name) => ({ result: `generated for ${name}` }),
    },
    ...options,
  });
}

describe("GeneratedSecret", () => {
  for (const preview of [false, true]) {
    it(`registers exactly its resources ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, { preview })).list(), [
        `${SECRET} operator-token`,
        `${VERSION} operator-token`,
        "random:index/randomPassword:RandomPassword operator-token",
      ]);
    });
  }

  it("keeps a text that stands in a header as it is, and hands out its ARN alone", async () => {
    const { one, result } = await run();
    const { inputs } = one("random:index/randomPassword:RandomPassword");
    assert.deepEqual(inputs, { length: 40, special: false });
    assert.equal(one(VERSION).inputs.secretString, "generated for operator-token");
    assert.deepEqual(one(VERSION).secretInputs, ["secretString"]);
    assert.equal(await valueOf(result.secretArn), one(VERSION).outputs.arn);
    assert.equal(await isSecret(result.secretArn), false);
  });

  it("is encrypted with the environment's key, protected, and kept for a month after it is deleted", async () => {
    const { one } = await run();
    assert.equal(one(SECRET).inputs.kmsKeyId, ARGS.kmsKeyArn);
    assert.equal(one(SECRET).inputs.recoveryWindowInDays, 30);
    assert.equal(one(SECRET).protect, true);
  });

  it("goes at once where the environment is disposable", async () => {
    const { one } = await run({ disposable: true });
    assert.equal(one(SECRET).inputs.recoveryWindowInDays, 0);
    assert.equal(one(SECRET).protect, false);
  });

  it("lets an instance read this secret and use its key through Secrets Manager", async () => {
    const { one, result } = await run();
    assert.deepEqual(await valueOf(result.instanceStatements), [
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: one(SECRET).outputs.arn },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: ARGS.kmsKeyArn,
        Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-north-1.amazonaws.com" } },
      },
    ]);
  });

  it("applies transforms to the secret and its version", async () => {
    const { one } = await run({
      transform: { secret: { description: "other" }, secretVersion: { region: "eu-west-1" } },
    });
    assert.equal(one(SECRET).inputs.description, "other");
    assert.equal(one(VERSION).inputs.region, "eu-west-1");
  });
});
