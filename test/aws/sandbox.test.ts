import assert from "node:assert/strict";
import * as path from "node:path";
import { root } from "../../operations/paths";
import { run } from "../operations/prism";

describe("the test in a sandbox account", function () {
  this.timeout(120_000);

  it("makes nothing and asks AWS nothing before it is told which account it may use", async () => {
    const mocha = path.join(root, "node_modules", "mocha", "bin", "mocha.js");
    const args = [mocha, "--no-config", "--require", "./operations/register.js", "--bail", "test/aws/sandbox.ts"];
    const env = { PRISM_SANDBOX_ACCOUNT: "", AWS_EC2_METADATA_DISABLED: "true" };
    const { code, stdout } = await run(process.execPath, args, { env });
    assert.notEqual(code, 0);
    assert.match(stdout, /PRISM_SANDBOX_ACCOUNT is not set: test\/aws\/README\.md says what this needs/);
    assert.match(stdout, /^ {2}0 passing/m);
  });
});
