import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { invokeStatements, ModelAccess, type ModelAccessArgs } from "../../infra/model-access";
import type { Statement } from "../../infra/policy-document";
import { runMocked, valueOf } from "../support/mocks";

const SONNET = "anthropic.claude-sonnet-4-6";
const HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0";
const ARGS: ModelAccessArgs = {
  region: "eu-north-1",
  accountId: "111122223333",
  policyName: "ai-prism-models",
  roleNames: ["ai-prism-instance-role"],
  chain: [
    { id: `eu.${SONNET}`, requestsPerMinute: 200 },
    { id: `eu.${HAIKU}`, requestsPerMinute: 100 },
  ],
};

const POLICY = "aws:iam/policy:Policy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

function run(args: Partial<ModelAccessArgs> = {}, preview = false) {
  return runMocked(() => new ModelAccess("models", { ...ARGS, ...args }), { preview });
}

const PROFILES = "arn:aws:bedrock:eu-north-1:111122223333:inference-profile";
const EU_REGIONS = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];
const allow = (Resource: string[], Condition?: Statement["Condition"]): Statement => ({
  Effect: "Allow",
  Action: ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
  Resource,
  ...(Condition && { Condition }),
});

describe("model invocation statements", () => {
  const TABLE: { title: string; ids: string[]; expected: Statement[] }[] = [
    {
      title: "a bare id allows the model in the region alone",
      ids: [SONNET],
      expected: [allow([`arn:aws:bedrock:eu-north-1::foundation-model/${SONNET}`])],
    },
    {
      title: "an eu. id allows its profile, and the model in the EU's regions through that profile only",
      ids: [`eu.${SONNET}`],
      expected: [
        allow([`${PROFILES}/eu.${SONNET}`]),
        allow(
          EU_REGIONS.map((region) => `arn:aws:bedrock:${region}::foundation-model/${SONNET}`),
          { StringEquals: { "bedrock:InferenceProfileArn": `${PROFILES}/eu.${SONNET}` } },
        ),
      ],
    },
    {
      title: "a global. id allows its profile, the model in the region, and the model where no region is named",
      ids: [`global.${SONNET}`],
      expected: [
        allow([`${PROFILES}/global.${SONNET}`]),
        allow([`arn:aws:bedrock:eu-north-1::foundation-model/${SONNET}`], {
          StringEquals: { "bedrock:InferenceProfileArn": `${PROFILES}/global.${SONNET}` },
        }),
        allow([`arn:aws:bedrock:::foundation-model/${SONNET}`], {
          StringEquals: {
            "bedrock:InferenceProfileArn": `${PROFILES}/global.${SONNET}`,
            "aws:RequestedRegion": "unspecified",
          },
        }),
      ],
    },
    {
      title: "a chain allows what its links do, in their order",
      ids: [HAIKU, `eu.${HAIKU}`],
      expected: [
        allow([`arn:aws:bedrock:eu-north-1::foundation-model/${HAIKU}`]),
        allow([`${PROFILES}/eu.${HAIKU}`]),
        allow(
          EU_REGIONS.map((region) => `arn:aws:bedrock:${region}::foundation-model/${HAIKU}`),
          { StringEquals: { "bedrock:InferenceProfileArn": `${PROFILES}/eu.${HAIKU}` } },
        ),
      ],
    },
  ];
  for (const { title, ids, expected } of TABLE) {
    it(title, () => {
      const chain = ids.map((id) => ({ id, requestsPerMinute: 1 }));
      assert.deepEqual(invokeStatements({ ...ARGS, chain }), expected);
    });
  }
});

describe("ModelAccess", () => {
  for (const preview of [false, true]) {
    it(`registers a policy and an attachment per role ${preview ? "in preview" : "in an update"}`, async () => {
      const { list } = await run({ roleNames: ["one", "two"] }, preview);
      assert.deepEqual(list(), [`${POLICY} models`, `${ATTACHMENT} models-0`, `${ATTACHMENT} models-1`]);
    });
  }

  it("attaches the policy to each role by name", async () => {
    const { one } = await run({ roleNames: [pulumi.output("one"), "two"] });
    assert.deepEqual(
      ["models-0", "models-1"].map((name) => one(ATTACHMENT, name).inputs),
      ["one", "two"].map((role) => ({ role, policyArn: one(POLICY).outputs.arn })),
    );
  });

  it("allows the chain's models and nothing else, known in a preview already", async () => {
    const { one } = await run({}, true);
    assert.deepEqual(JSON.parse(one(POLICY).inputs.policy), {
      Version: "2012-10-17",
      Statement: invokeStatements(ARGS),
    });
    assert.equal(one(POLICY).inputs.name, "ai-prism-models");
  });

  it("hands the chain to the application as one variable, and its ids to the alarms, first choice first", async () => {
    const { result, one } = await run();
    assert.equal(
      result.chainVariable,
      `[{"id":"eu.${SONNET}","requestsPerMinute":200},{"id":"eu.${HAIKU}","requestsPerMinute":100}]`,
    );
    assert.deepEqual(result.modelIds, [`eu.${SONNET}`, `eu.${HAIKU}`]);
    assert.equal(await valueOf(result.policyArn), one(POLICY).outputs.arn);
  });

  it("applies a transform to the policy", async () => {
    const { one } = await run({ transform: { policy: { path: "/ai-prism/" } } });
    assert.equal(one(POLICY).inputs.path, "/ai-prism/");
    assert.equal(one(POLICY).inputs.name, "ai-prism-models");
  });

  it("refuses a chain without a link", async () => {
    await assert.rejects(run({ chain: [] }), {
      message: 'ModelAccess "models": chain = [] is not allowed: at least one model',
    });
  });

  it("refuses a geography that Bedrock does not have", async () => {
    await assert.rejects(run({ chain: [{ id: `mars.${SONNET}`, requestsPerMinute: 1 }] }), {
      message: `ModelAccess "models": chain[0].id = "mars.${SONNET}" is not allowed: a geography of eu, us, global`,
    });
  });

  it("refuses a chain whose policy is longer than IAM takes, which no preview would show", async () => {
    const chain = Array.from({ length: 8 }, () => ({ id: `eu.${HAIKU}`, requestsPerMinute: 1 }));
    const length = JSON.stringify({
      Version: "2012-10-17",
      Statement: invokeStatements({ ...ARGS, chain }),
    }).length;
    await assert.rejects(run({ chain }), {
      message:
        'ModelAccess "models": chain = "8 models" is not allowed: ' +
        `fewer: their policy has ${length} characters, and IAM takes 6144`,
    });
    await run({ chain: chain.slice(0, 5) });
  });
});
