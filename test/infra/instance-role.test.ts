import assert from "node:assert/strict";
import { InstanceRole, type InstanceRoleArgs } from "../../infra/instance-role";
import { runMocked, valueOf } from "../support/mocks";

const ROLE = "aws:iam/role:Role";
const PROFILE = "aws:iam/instanceProfile:InstanceProfile";

function run(args: Partial<InstanceRoleArgs> = {}, preview = false) {
  return runMocked(() => new InstanceRole("instance-role", { roleName: "ai-prism-instance-role", ...args }), {
    preview,
  });
}

describe("InstanceRole", () => {
  for (const preview of [false, true]) {
    it(`registers a role and its profile, and no permission, ${preview ? "in preview" : "in an update"}`, async () => {
      const { list } = await run({}, preview);
      assert.deepEqual(list(), [`${PROFILE} instance-role`, `${ROLE} instance-role`]);
    });
  }

  it("is assumed by instances and by nothing else", async () => {
    const { one } = await run();
    assert.deepEqual(JSON.parse(one(ROLE).inputs.assumeRolePolicy), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    });
  });

  it("puts the role into a profile of the same name", async () => {
    const { one, result } = await run();
    assert.equal(one(ROLE).inputs.name, "ai-prism-instance-role");
    assert.equal(one(PROFILE).inputs.name, "ai-prism-instance-role");
    assert.equal(one(PROFILE).inputs.role, "ai-prism-instance-role");
    assert.equal(await valueOf(result.roleArn), one(ROLE).outputs.arn);
    assert.equal(await valueOf(result.instanceProfileName), "ai-prism-instance-role");
  });

  it("knows its names and not its ARN in a preview", async () => {
    const { result } = await run({}, true);
    assert.equal(await valueOf(result.roleName), "ai-prism-instance-role");
    assert.equal(await valueOf(result.roleArn), undefined);
  });

  it("applies a transform to one child", async () => {
    const boundary = "arn:aws:iam::111122223333:policy/boundary";
    const { one } = await run({ transform: { role: { permissionsBoundary: boundary } } });
    assert.equal(one(ROLE).inputs.permissionsBoundary, boundary);
    assert.equal(one(ROLE).inputs.name, "ai-prism-instance-role");
    assert.equal(one(PROFILE).inputs.permissionsBoundary, undefined);
  });
});
