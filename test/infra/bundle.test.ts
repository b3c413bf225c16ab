import type * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { VERSION_FILE, bundle } from "../../infra/bundle";

const PLATFORM_AND_REFERENCE = ["app/platform", "app/reference"].map((part) => path.join(__dirname, "../..", part));
const pathsOf = (folders: string[]): string[] => [...bundle(folders).files.keys()];

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
  const APP = {
    "application.py": "application = 1",
    "requirements.txt": "Flask==3.1.3\nGunicorn==27.0.1 \\\n    --hash=sha256:aa\n",
    Procfile: "web: gunicorn application:application\n",
  };
  const refused = (files: Record<string, string>, reason: string): void => {
    const app = write(files);
    assert.throws(() => bundle([app]), { message: `Bundle of ${app}: ${reason}` });
  };

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
    const platform = write({ Procfile: APP.Procfile + "# platform", ".ebextensions/10-x.config": "" }, "platform");
    const rest = { "application.py": APP["application.py"], "requirements.txt": APP["requirements.txt"] };
    assert.deepEqual(pathsOf([platform, write(rest, "without")]), [
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

  it("of the reference application has what the platform starts and configures, and nothing else", () => {
    assert.deepEqual(pathsOf(PLATFORM_AND_REFERENCE), [
      ".ebextensions/10-scaling-group.config",
      ".ebextensions/15-database-roots.config",
      ".ebextensions/20-cloudwatch-agent.config",
      ".ebextensions/25-logs.config",
      ".ebextensions/30-migrations.config",
      ".platform/nginx/nginx.conf",
      "Procfile",
      "application.py",
      "clock.py",
      "gunicorn.conf.py",
      "migrate_database.py",
      "migrations/alembic.ini",
      "migrations/env.py",
      "migrations/script.py.mako",
      "migrations/versions/0001_documents.py",
      "prism/__init__.py",
      "prism/access.py",
      "prism/application.py",
      "prism/chain.py",
      "prism/database.py",
      "prism/documents.py",
      "prism/health.py",
      "prism/queue.py",
      "prism/redis_client.py",
      "prism/review.py",
      "prism/sessions.py",
      "prism/settings.py",
      "prism/static/icon.svg",
      "prism/storage.py",
      "requirements.in",
      "requirements.txt",
      "structured_logs.py",
      "worker.py",
    ]);
  });

  it("hands the engine each file from where it lies, and one that says which version it is", async () => {
    const { archive, files, versionLabel } = bundle([write(APP)]);
    const { [VERSION_FILE]: label, ...assets } = (await archive.assets) as Record<string, pulumi.asset.FileAsset>;
    assert.equal(await (label as unknown as pulumi.asset.StringAsset).text, `${versionLabel}\n`);
    for (const [file, source] of files) assert.equal(await assets[file]!.path, source);
    assert.deepEqual(Object.keys(assets), [...files.keys()]);
  });

  it("has the same label after it was packed and unpacked", () => {
    const { versionLabel } = bundle([write(APP, "first")]);
    assert.equal(bundle([write({ ...APP, [VERSION_FILE]: `${versionLabel}\n` }, "second")]).versionLabel, versionLabel);
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
    assert.deepEqual(pathsOf([write({ ...APP, ...litter })]), ["Procfile", "application.py", "requirements.txt"]);
  });

  for (const needed of Object.keys(APP)) {
    it(`is refused without ${needed}, which the platform starts from`, () => {
      const files = Object.fromEntries(Object.entries(APP).filter(([file]) => file !== needed));
      refused(files, `${needed} is missing, and the platform starts from it`);
    });
  }

  it("is refused when its Procfile cannot be read, or starts no web process", () => {
    refused(
      { ...APP, Procfile: "web gunicorn\nworker: python worker.py", "worker.py": "" },
      'Procfile: "web gunicorn" is not of the form "name: command"; ' +
        "Procfile names no process web, which nginx passes requests to",
    );
  });

  for (const [command, entry] of [
    ["python worker.py", "worker.py"],
    ["python3 ./jobs/worker.py --burst", "jobs/worker.py"],
    ["python -m jobs.worker", "jobs/worker.py"],
    ["gunicorn --bind 127.0.0.1:8081 jobs.api:create", "jobs/api.py"],
  ] as const) {
    it(`is refused when its Procfile says "${command}" and it has no ${entry}`, () => {
      const Procfile = `${APP.Procfile}# more\n\nother: ${command}\n`;
      refused({ ...APP, Procfile }, `Procfile starts other from ${entry}, which is missing`);
      assert.ok(bundle([write({ ...APP, Procfile, [entry]: "" }, "whole")]));
    });
  }

  it("may start a package instead of a module, and programs of other kinds", () => {
    const Procfile = `${APP.Procfile}one: python -m jobs\ntwo: ./run\n`;
    assert.ok(bundle([write({ ...APP, Procfile, "jobs/__main__.py": "" })]));
  });

  it("is refused when it starts gunicorn and does not install it", () => {
    refused(
      { ...APP, "requirements.txt": "# gunicorn\ngunicorn-extras==1.0\nFlask==3.1.3" },
      "Procfile starts web with gunicorn, which requirements.txt does not install",
    );
  });

  it("is refused when a release would migrate its database and it has no migrations", () => {
    const migrating = { ...APP, ".ebextensions/30-migrations.config": "" };
    refused(
      migrating,
      "migrations/env.py is missing, and a release migrates the database with it; " +
        "requirements.txt does not install Flask-Migrate, and a release migrates the database with it",
    );
    const requirements = `${APP["requirements.txt"]}flask_migrate==4.1.0`;
    assert.ok(bundle([write({ ...migrating, "requirements.txt": requirements, "migrations/env.py": "" }, "whole")]));
  });

  it("is refused with a link, which would not be what it points to on an instance", () => {
    const app = write(APP);
    fs.symlinkSync("application.py", path.join(app, "link.py"));
    assert.throws(() => bundle([app]), {
      message: `Bundle: ${path.join(app, "link.py")} is no file; a bundle holds no links`,
    });
  });

  it("is refused when it is larger than Elastic Beanstalk takes", () => {
    const app = write({ ...APP, "large.bin": "" });
    fs.truncateSync(path.join(app, "large.bin"), 500 * 1024 * 1024);
    assert.throws(() => bundle([app]), /it has 524288\d+ bytes, and Elastic Beanstalk takes 524288000/);
  });

  it("is refused when its folder is not there", () => {
    assert.throws(() => bundle(["/nowhere/at/all"]), { message: "Bundle: there is no folder /nowhere/at/all" });
  });
});
