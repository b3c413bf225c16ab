import assert from "node:assert/strict";
import { Browser, Instance, instanceEnvironment } from "../app/support/application";
import { Parts } from "../app/support/parts";
import { describeWith } from "../support/tools";

/** The password that Redis of the tests starts with, and the next one. */
const PASSWORDS = ["cache", "the-next-one"] as const;

describeWith("everything", "sessions over a rotation of Redis's password", function () {
  this.timeout(300_000);
  let parts: Parts;
  let started: Instance;
  let renewed: Instance;
  let who: Browser;
  let url: string;

  const user = (...rules: string[]) => parts.redisCommand("ACL", "SETUSER", "aiprism", ...rules);
  const documentsAt = async (instance: Instance): Promise<number> => {
    const browser = new Browser(instance.url);
    browser.cookie = who.cookie;
    return (await browser.request("/documents")).status;
  };

  before(async () => {
    parts = await Parts.start();
    url = parts.redisUrl.replace(`:${PASSWORDS[0]}@`, `:${PASSWORDS[1]}@`);
    started = await Instance.start(parts);
    who = new Browser(started.url);
    assert.equal((await who.signIn()).status, 204);
  });

  after(async () => {
    await Promise.all([started?.stop(), renewed?.stop()]);
    await parts?.stop();
  });

  it("are there for an instance with the second password, while one with the first still serves", async () => {
    user(`>${PASSWORDS[1]}`);
    renewed = await Instance.startIn(parts.folder, (port) => ({ ...instanceEnvironment(parts, port), REDIS_URL: url }));
    assert.equal(await documentsAt(started), 200);
    assert.equal(await documentsAt(renewed), 200);
  });

  it("go on when the first password is void, and nobody gets in with it any more", async () => {
    await started.stop();
    user(`<${PASSWORDS[0]}`);
    assert.equal(await documentsAt(renewed), 200);
    await renewed.restart("web");
    assert.equal(await documentsAt(renewed), 200);
    await started.startProcess("web");
    assert.ok((await documentsAt(started)) >= 500);
  });
});
