import assert from "node:assert/strict";
import { EncryptionKey, type EncryptionKeyArgs, type KeyService } from "../../infra/encryption-key";
import { ACCOUNT, REGION, runMocked, valueOf, type MockOptions, type Run } from "../support/mocks";

const KEY = "aws:kms/key:Key";
const ALIAS = "aws:kms/alias:Alias";

const ARGS: EncryptionKeyArgs = {
  alias: "alias/ai-prism",
  description: "AI-Prism production",
  region: REGION,
  accountId: ACCOUNT,
  services: [],
};

function run(args: Partial<EncryptionKeyArgs> = {}, options: MockOptions = {}) {
  return runMocked(() => new EncryptionKey("key", { ...ARGS, ...args }), {
    outputs: { [KEY]: () => ({ keyId: "1234abcd-12ab-34cd-56ef-1234567890ab" }) },
    ...options,
  });
}

interface PolicyStatement {
  readonly Effect: string;
  readonly Principal: Record<string, string>;
  readonly Action: string | string[];
  readonly Resource: string;
  readonly Condition?: Record<string, Record<string, string>>;
}

function statements({ one }: Run<unknown>): PolicyStatement[] {
  return JSON.parse(one(KEY).inputs.policy).Statement;
}

const OWN = { StringEquals: { "aws:SourceAccount": ACCOUNT } };
const USE = ["kms:Decrypt", "kms:GenerateDataKey*"];

/** What each service is granted beside the account: principal, actions, condition. */
const GRANTS: Record<KeyService, [string, string | string[], unknown][]> = {
  logs: [
    [
      `logs.${REGION}.amazonaws.com`,
      ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
      { ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:*` } },
    ],
  ],
  cloudtrail: [
    [
      "cloudtrail.amazonaws.com",
      USE,
      {
        ...OWN,
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${ACCOUNT}:trail/*` },
      },
    ],
    ["cloudtrail.amazonaws.com", "kms:DescribeKey", OWN],
  ],
  cloudwatch: [["cloudwatch.amazonaws.com", USE, OWN]],
  budgets: [["budgets.amazonaws.com", USE, OWN]],
  s3: [["s3.amazonaws.com", USE, OWN]],
  bedrock: [["bedrock.amazonaws.com", USE, OWN]],
};

describe("EncryptionKey", () => {
  for (const preview of [false, true]) {
    it(`registers exactly a key and its alias ${preview ? "in preview" : "in an update"}`, async () => {
      assert.deepEqual((await run({}, { preview })).list(), [`${ALIAS} key`, `${KEY} key`]);
    });
  }

  it("makes a rotating key in its region and points the alias at it", async () => {
    const { one } = await run();
    const { policy, ...inputs } = one(KEY).inputs;
    assert.deepEqual(inputs, {
      description: "AI-Prism production",
      region: REGION,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    });
    assert.ok(policy);
    assert.deepEqual(one(ALIAS).inputs, {
      name: "alias/ai-prism",
      region: REGION,
      targetKeyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
    });
  });

  it("hands out the key's ARN and id, unknown in a first preview", async () => {
    const { one, result } = await run();
    assert.equal(await valueOf(result.keyArn), one(KEY).outputs.arn);
    assert.equal(await valueOf(result.keyId), "1234abcd-12ab-34cd-56ef-1234567890ab");
    const preview = (await run({}, { preview: true })).result;
    assert.equal(await valueOf(preview.keyArn), undefined);
    assert.equal(await valueOf(preview.keyId), undefined);
  });

  it("knows the whole policy in a first preview, so that it can be judged there", async () => {
    const services = Object.keys(GRANTS) as KeyService[];
    assert.deepEqual(statements(await run({ services }, { preview: true })), statements(await run({ services })));
  });

  it("lets the account administer it through IAM, and nobody else without services", async () => {
    assert.deepEqual(statements(await run()), [
      {
        Sid: "AccountAdministersThroughIam",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ]);
  });

  for (const [service, grants] of Object.entries(GRANTS)) {
    it(`lets ${service} use it for this account's things alone`, async () => {
      const [, ...granted] = statements(await run({ services: [service as KeyService] }));
      assert.deepEqual(
        granted.map(({ Principal, Action, Condition }) => [Principal.Service, Action, Condition]),
        grants,
      );
      for (const { Effect, Resource, Principal } of granted) {
        assert.deepEqual([Effect, Resource, Object.keys(Principal)], ["Allow", "*", ["Service"]]);
      }
    });
  }

  it("gives every statement an id of its own, whatever services are let in", async () => {
    const all = statements(await run({ services: Object.keys(GRANTS) as KeyService[] })) as unknown as {
      Sid: string;
    }[];
    const ids = all.map(({ Sid }) => Sid);
    assert.equal(ids.length, 8);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9]+$/);
  });

  it("names log groups of its own region", async () => {
    const [, logs] = statements(await run({ region: "us-east-1", services: ["logs"] }));
    assert.equal(logs!.Principal.Service, "logs.us-east-1.amazonaws.com");
    assert.deepEqual(logs!.Condition, {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:*` },
    });
  });

  it("protects the key unless the environment is disposable", async () => {
    const kept = (await run()).one(KEY);
    assert.deepEqual([kept.protect, kept.inputs.deletionWindowInDays], [true, 30]);
    const disposable = (await run({ disposable: true })).one(KEY);
    assert.deepEqual([disposable.protect, disposable.inputs.deletionWindowInDays], [false, 14]);
    assert.equal(disposable.inputs.enableKeyRotation, true);
  });

  it("merges a transform over one child's arguments and leaves the rest", async () => {
    const { one } = await run({ transform: { key: { rotationPeriodInDays: 180 } } });
    assert.equal(one(KEY).inputs.rotationPeriodInDays, 180);
    assert.equal(one(KEY).inputs.enableKeyRotation, true);
  });

  it("refuses an alias that KMS would not take, naming itself, the field and what is allowed", async () => {
    await assert.rejects(run({ alias: "ai-prism" }), {
      message: 'EncryptionKey "key": alias = "ai-prism" is not allowed: a name that starts with alias/',
    });
  });
});
