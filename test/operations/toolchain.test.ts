import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { MissingTool } from "../../operations/errors";
import { findPulumi, pulumiVersion } from "../../operations/toolchain";
import { temporaryDirectory } from "./prism";

describe("the search for the Pulumi CLI", () => {
  const base = temporaryDirectory();
  let directory: string;
  let env: NodeJS.ProcessEnv;
  let cached: string;
  const noDownload = () => Promise.reject(new Error("getaddrinfo ENOTFOUND the.download"));

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(base, "case-"));
    env = { PATH: path.join(directory, "bin"), XDG_CACHE_HOME: path.join(directory, "cache") };
    cached = path.join(directory, "cache", "ai-prism", "pulumi", `v${pulumiVersion}`, "bin", "pulumi");
  });

  /** An executable that says a version, or whatever the script says. */
  function executable(file: string, script: string): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }
  const onPath = (version: string) => executable(path.join(directory, "bin", "pulumi"), `echo v${version}`);
  /** A compiler that writes a CLI of the pinned version where `-o` says, noting its arguments and folder. */
  const go = (then = "") =>
    executable(
      path.join(directory, "bin", "go"),
      `PATH=/usr/bin:/bin\necho "$PWD: $@" > ${directory}/go-was-run\n${then}\nwhile [ "$1" != -o ]; do shift; done\nmkdir -p "$(dirname "$2")"
printf '#!/bin/sh\\necho v${pulumiVersion}\\n' > "$2"\nchmod +x "$2"`,
    );

  it("takes what PRISM_PULUMI names before all others, whatever its version", async () => {
    onPath("4.0.0");
    const named = executable(path.join(directory, "mine"), "echo v3.1.0");
    assert.deepEqual(await findPulumi({ env: { ...env, PRISM_PULUMI: named } }), {
      path: named,
      source: "PRISM_PULUMI",
    });
  });

  it("refuses a PRISM_PULUMI that does not work instead of taking another in silence", async () => {
    onPath(pulumiVersion);
    const broken = executable(path.join(directory, "mine"), "exit 1");
    await assert.rejects(findPulumi({ env: { ...env, PRISM_PULUMI: broken } }), (error: Error) => {
      assert.ok(error instanceof MissingTool);
      assert.match(error.message, /PRISM_PULUMI names .*mine, which is no working Pulumi CLI/);
      return true;
    });
  });

  it("takes pulumi from the PATH when it is new enough", async () => {
    executable(cached, "echo never asked");
    for (const version of [pulumiVersion, "3.300.1", "4.0.0"]) {
      const found = onPath(version);
      assert.deepEqual(await findPulumi({ env }), { path: found, source: "PATH" });
    }
  });

  it("passes an older pulumi on the PATH over and takes the cached one", async () => {
    onPath("3.258.9");
    executable(cached, `echo v${pulumiVersion}`);
    assert.deepEqual(await findPulumi({ env }), { path: cached, source: "cache" });
  });

  it("downloads into the cache, and finds it there the next time", async () => {
    const said: string[] = [];
    const download = (into: string) => {
      executable(path.join(into, "bin", "pulumi"), `echo v${pulumiVersion}`);
      return Promise.resolve();
    };
    const found = await findPulumi({ env, download, onProgress: (text) => said.push(text) });
    assert.deepEqual(found, { path: cached, source: "download" });
    assert.match(said.join("\n"), /downloading it/);
    assert.deepEqual(await findPulumi({ env, download: noDownload }), { path: cached, source: "cache" });
  });

  it("does not put a download of another version into the cache", async () => {
    const download = (into: string) => {
      executable(path.join(into, "bin", "pulumi"), "echo v3.1.0");
      return Promise.resolve();
    };
    await assert.rejects(findPulumi({ env, download }), /what came is version 3\.1\.0/);
    assert.equal(fs.existsSync(cached), false);
  });

  it("builds the pinned module where the download cannot be reached and Go is there", async () => {
    go();
    const said: string[] = [];
    const found = await findPulumi({ env, download: noDownload, onProgress: (text) => said.push(text) });
    assert.deepEqual(found, { path: cached, source: "build" });
    assert.match(said.join("\n"), /building it with Go \(4 to 6 minutes, once\)/);
    const command = fs.readFileSync(path.join(directory, "go-was-run"), "utf8");
    assert.match(command, /tools\/pulumi-cli: build -ldflags -s -w -X \S+\/version\.Version=v3\.259\.0 -o /);
    assert.match(command, /github\.com\/pulumi\/pulumi\/pkg\/v3\/cmd\/pulumi$/m);
  });

  it("lets two processes build at once", async () => {
    go("sleep 0.2");
    const both = await Promise.all([1, 2].map(() => findPulumi({ env, download: noDownload })));
    assert.deepEqual(
      both,
      [1, 2].map(() => ({ path: cached, source: "build" })),
    );
    assert.deepEqual(fs.readdirSync(path.join(directory, "cache", "ai-prism", "pulumi")), [`v${pulumiVersion}`]);
  });

  it("leaves nothing behind in the cache when a build fails", async () => {
    go("echo no such module >&2; exit 1");
    await assert.rejects(findPulumi({ env, download: noDownload }), /building it with .*go failed: no such module/);
    assert.equal(fs.existsSync(cached), false);
    assert.deepEqual(fs.readdirSync(path.join(directory, "cache", "ai-prism", "pulumi")), [`v${pulumiVersion}`]);
  });

  it("says why each way failed and what to type when there is none", async () => {
    onPath("3.1.0");
    await assert.rejects(findPulumi({ env, download: noDownload }), (error: Error) => {
      assert.ok(error instanceof MissingTool);
      assert.equal(error.code, 3);
      assert.match(error.message, /bin\/pulumi \(on the PATH\) is 3\.1\.0: too old/);
      assert.match(error.message, /the official download failed: getaddrinfo ENOTFOUND the\.download/);
      assert.match(error.message, /no go on the PATH to build it with/);
      assert.match(error.message, /^Type: curl .*--version 3\.259\.0$/m);
      return true;
    });
  });

  it("gets nothing when it is only asked what is there", async () => {
    go();
    await assert.rejects(findPulumi({ env, obtain: false }), MissingTool);
    assert.equal(fs.existsSync(path.join(directory, "go-was-run")), false);
  });
});
