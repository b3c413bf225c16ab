import assert from "node:assert/strict";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { bundle } from "../../infra/bundle";

describe("application bundle", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "bundle-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  function write(files: Record<string, string>, below = "app"): string {
    const target = path.join(folder, below);
    for (const [file, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
      fs.writeFileSync(path.join(target, file), content);
    }
    return target;
  }
  const APP = { "application.py": "application = 1", "requirements.txt": "Flask", Procfile: "web: x" };

  it("has the same label for the same content, wherever and whenever it is made", () => {
    const first = bundle([write(APP, "first")]);
    const second = bundle([write({ ...APP }, "second")]);
    assert.equal(first.versionLabel, second.versionLabel);
    assert.match(first.versionLabel, /^v-[0-9a-f]{12}$/);
  });

  it("has another label when a file's content, name or presence changes", () => {
    const labels = [
      APP,
      { ...APP, "application.py": "application = 2" },
      { ...APP, "static/a.css": "" },
      { ...APP, "static/b.css": "" },
    ].map((files, index) => bundle([write(files, String(index))]).versionLabel);
    assert.equal(new Set(labels).size, labels.length);
  });

  it("merges the platform's files with the application's, which win", () => {
    const platform = write({ Procfile: "web: platform", ".ebextensions/10-x.config": "" }, "platform");
    const rest = { "application.py": APP["application.py"], "requirements.txt": APP["requirements.txt"] };
    assert.deepEqual(bundle([platform, write(rest, "without")]).paths, [
      ".ebextensions/10-x.config",
      "Procfile",
      "application.py",
      "requirements.txt",
    ]);
    assert.notEqual(
      bundle([platform, write(rest, "a")]).versionLabel,
      bundle([platform, write(APP, "b")]).versionLabel,
    );
  });

  it("of the reference application has what the platform starts and configures", () => {
    const { paths } = bundle(["app/platform", "app/reference"].map((part) => path.join(__dirname, "../..", part)));
    const needed = [
      ".ebextensions/10-scaling-group.config",
      ".ebextensions/30-migrations.config",
      ".platform/nginx/nginx.conf",
      "Procfile",
      "application.py",
      "migrations/env.py",
      "requirements.txt",
    ];
    assert.deepEqual(
      needed.filter((file) => !paths.includes(file)),
      [],
    );
  });

  it("leaves out what tools and tests leave behind", () => {
    const litter = {
      "__pycache__/a.pyc": "",
      ".venv/bin/python": "",
      "tests/test_a.py": "",
      "a.pyc": "",
      ".env": "",
      ".env.local": "",
    };
    assert.deepEqual(bundle([write({ ...APP, ...litter })]).paths, ["Procfile", "application.py", "requirements.txt"]);
  });

  for (const needed of Object.keys(APP)) {
    it(`is refused without ${needed}, which the platform starts from`, () => {
      const incomplete = write(Object.fromEntries(Object.entries(APP).filter(([file]) => file !== needed)));
      assert.throws(() => bundle([incomplete]), {
        message: `Bundle of ${incomplete}: ${needed} is missing, and the platform starts from it`,
      });
    });
  }

  it("is refused when its folder is not there", () => {
    assert.throws(() => bundle(["/nowhere/at/all"]), { message: "Bundle: there is no folder /nowhere/at/all" });
  });
});
