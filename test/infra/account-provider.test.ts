import assert from "node:assert/strict";
import { accountProvider } from "../../infra/account-provider";
import { ACCOUNT, REGION, runMocked } from "../support/mocks";

const PROVIDER = "pulumi:providers:aws";
const ARGS = { accountId: ACCOUNT, region: REGION, environment: "staging", owner: "platform" };

describe("accountProvider", () => {
  for (const preview of [false, true]) {
    it(`registers one provider and nothing else ${preview ? "in preview" : "in an update"}`, async () => {
      const { list } = await runMocked(() => accountProvider(ARGS), { preview });
      assert.deepEqual(list(), [`${PROVIDER} aws`]);
    });
  }

  it("works in one region of one account, and tags everything for cost allocation", async () => {
    const { one } = await runMocked(() => accountProvider(ARGS));
    const { allowedAccountIds, defaultTags, ...inputs } = one(PROVIDER).inputs;
    // A provider's lists and objects travel as JSON text.
    assert.deepEqual(JSON.parse(allowedAccountIds), [ACCOUNT]);
    assert.deepEqual(JSON.parse(defaultTags), {
      tags: { Project: "AI-Prism", Environment: "staging", Owner: "platform", ManagedBy: "Pulumi" },
    });
    assert.equal(inputs.region, REGION);
    for (const credential of ["accessKey", "secretKey", "token", "profile"]) {
      assert.equal(inputs[credential], undefined, `${credential} comes from the environment`);
    }
  });
});
