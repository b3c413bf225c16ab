import assert from "node:assert/strict";
import { Browser, Instance } from "./support/application";
import { sharedParts, type Parts } from "./support/parts";
import { describeWith } from "./support/tools";

describeWith("everything", "the reference application", function () {
  this.timeout(120_000);
  let parts: Parts;
  let instance: Instance;
  before(async () => {
    parts = await sharedParts();
    instance = await Instance.start(parts);
  });
  after(() => instance.stop());

  it("says what it is", async () => {
    const response = await new Browser(instance.url).request("/");
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), {
      name: "AI-Prism",
      purpose: "reference application: reviews a document with every part of the platform",
      use: "POST a form with the file `document` to /documents, then GET what its Location says",
    });
  });
});
