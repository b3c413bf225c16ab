import assert from "node:assert/strict";
import { strToU8, unzipSync, zipSync } from "fflate";
import * as fs from "node:fs";
import * as path from "node:path";
import { VERSION_FILE, bundle } from "../../infra/bundle";
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
    assert.deepEqual(Object.keys(archive), [VERSION_FILE, ...files.keys()]);
    assert.equal(Buffer.from(archive[VERSION_FILE]!).toString(), `${versionLabel}\n`);
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

  it("takes a zip as it takes the folder that it was made of, with the platform's files in it or without", async () => {
    const first = JSON.parse(
      (await prism(["bundle", "--json"], { env: { PRISM_DIR: folder } })).stdout,
    ) as BundleReport;
    const again = path.join(folder, "again.zip");
    const { code, stderr } = await prism(["bundle", first.file, "--output", again]);
    assert.equal(code, 0, stderr);
    assert.ok(fs.readFileSync(again).equals(fs.readFileSync(first.file)));

    const own = Object.entries(unzipSync(fs.readFileSync(first.file))).filter(([file]) =>
      fs.existsSync(path.join(FOLDERS[1]!, file)),
    );
    const without = path.join(folder, "without.zip");
    fs.writeFileSync(without, zipSync(Object.fromEntries(own)));
    assert.equal((await prism(["bundle", without, "--output", again])).code, 0);
    assert.ok(fs.readFileSync(again).equals(fs.readFileSync(first.file)));
  });

  for (const [what, content, reason] of [
    [
      "that is none",
      strToU8("no archive"),
      /^prism: Bundle .*bad\.zip: it is no zip archive that can be read \(.+\)$/m,
    ],
    [
      "with a file that would lie outside",
      zipSync({ "../../evil.py": strToU8("") }),
      /^prism: Bundle .*bad\.zip: the entry "\.\.\/\.\.\/evil\.py" leads out of the bundle$/m,
    ],
    [
      "without an application",
      zipSync({ "readme.txt": strToU8("") }),
      /^prism: Bundle of .*platform and .*bad\.zip: application\.py is missing, and the platform starts from it; /m,
    ],
  ] as const) {
    it(`refuses a zip ${what}, in a line`, async () => {
      const file = path.join(folder, "bad.zip");
      fs.writeFileSync(file, content);
      const { code, stderr } = await prism(["bundle", file]);
      assert.equal(code, 2);
      assert.match(stderr, reason);
      assert.doesNotMatch(stderr, / at .*\.ts/);
    });
  }

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
