import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import type { Report, Site } from "./removal";

const root = dirname(dirname(__dirname));

/** A test that is the only one to hold some checks; see the last assertion. */
const SAMPLE = "simulated firewalls take rules in order, each with one effect, within their capacity";

function lines(sites: Site[]): string[] {
  return sites.map(({ file, line, text }) => `${file}:${line} ${text}`);
}

describe("the checks of the stand-in", function () {
  this.timeout(300_000);
  let report: Report;

  before(async () => {
    const register = join(root, "operations", "register.js");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--require", register, join(__dirname, "removal.ts"), SAMPLE],
      { cwd: root, maxBuffer: 64 * 1024 * 1024 },
    );
    report = JSON.parse(stdout) as Report;
  });

  it("are found in the source", () => {
    assert.ok(report.sites > 300, `${report.sites} checks`);
  });

  it("are each reached by a test", () => {
    assert.deepEqual(lines(report.unreached), []);
  });

  it("are each missed by a test when they are taken out", () => {
    assert.deepEqual(lines(report.unmissed), []);
  });

  it("would not all be missed without a test that holds some of them", () => {
    assert.ok(report.missedWithout > 0, `"${SAMPLE}" holds no check alone`);
  });
});
