import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import * as fs from "node:fs";
import * as path from "node:path";
import { bundle } from "../../infra/bundle";
import { root } from "../../operations/paths";
import type { BundleReport } from "../../operations/verbs/bundle";
import { prism, temporaryDirectory } from "./prism";

const FOLDERS = ["platform", "reference"].map((folder) => path.join(root, "app", folder));

describe("./prism bundle", function () {
  this.timeout(60_000);
  const folder = temporaryDirectory();

  it("writes the merged application under the label that a deployment gives it", async () => {
    const { code, stdout, stderr } = await prism(["bundle"], { env: { PRISM_DIR: folder } });
    assert.equal(code, 0, stderr);
    const { versionLabel, files } = bundle(FOLDERS);
    assert.equal(stdout, `${path.join(folder, "bundles", `${versionLabel}.zip`)}\n`);
    assert.match(stderr, new RegExp(`${versionLabel}: ${files.size} files`));
    const archive = unzipSync(fs.readFileSync(stdout.trim()));
    assert.deepEqual(Object.keys(archive), [...files.keys()]);
    for (const [file, source] of files) assert.ok(Buffer.from(archive[file]!).equals(fs.readFileSync(source)), file);
  });

  it("writes the same bytes wherever and whenever", async () => {
    const archives = [];
    for (const [index, TZ] of ["UTC", "Asia/Tokyo"].entries()) {
      const application = path.join(folder, `copy-${index}`);
      fs.cpSync(FOLDERS[1]!, application, { recursive: true });
      fs.chmodSync(path.join(application, "application.py"), index === 0 ? 0o600 : 0o755);
      const output = path.join(folder, "out", `${index}.zip`);
      const { code, stdout } = await prism(["bundle", application, "--output", output, "--json"], { env: { TZ } });
      const { versionLabel, file, bytes, exitCode } = JSON.parse(stdout) as BundleReport;
      assert.deepEqual(
        { code, versionLabel, file, bytes, exitCode },
        {
          code: 0,
          versionLabel: bundle(FOLDERS).versionLabel,
          file: output,
          bytes: fs.statSync(output).size,
          exitCode: 0,
        },
      );
      archives.push(fs.readFileSync(output));
    }
    assert.ok(archives[0]!.equals(archives[1]!));
  });

  it("refuses a folder that is no application, in a line", async () => {
    const { code, stderr } = await prism(["bundle", path.join(root, "docs")]);
    assert.equal(code, 2);
    assert.match(stderr, /^prism: Bundle of .*: application\.py is missing, and the platform starts from it; /m);
    assert.doesNotMatch(stderr, / at .*\.ts/);
  });

  it("refuses an archive that cannot be written, in a line", async () => {
    const { code, stderr } = await prism(["bundle", "--output", path.join(root, "package.json", "x.zip")]);
    assert.equal(code, 2);
    assert.match(stderr, /^prism: --output .* cannot be written: /m);
  });
});
