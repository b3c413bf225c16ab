// This test has not run yet: see README.md. `npm run test:aws` starts it, `./prism test` never does.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline/promises";
import { pathToFileURL } from "node:url";
import { ElastiCacheClient, DescribeUsersCommand } from "@aws-sdk/client-elasticache";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { parse, parseDocument } from "yaml";
import { cacheDirectory } from "../../operations/paths";
import type { ReleaseReport } from "../../operations/release/report";
import { findPulumi } from "../../operations/toolchain";
import type { DeploymentOutputs } from "../../outputs";
import { copyOfThisCheckout } from "../operations/prism";
import { ENVIRONMENTS, ROOT } from "../support/stack-files";

const HOURS = 4;
const HOURS_OF_A_MONTH = 730;
const REGION = "eu-north-1";
/** What a sandbox need not have: people who confirm subscriptions, and a trail. */
const WITHOUT = ["--skip", "notifications", "--skip", "audit"];

const environment = `try${randomBytes(3).toString("hex")}`;
const folder = path.join(cacheDirectory(), "sandbox", environment);
const checkout = path.join(folder, "checkout");
const stackFile = path.join(checkout, `Pulumi.${environment}.yaml`);
let running: ChildProcess | undefined;
let deployed = false;

describe("a disposable environment in a sandbox account", function () {
  this.timeout(0);

  before("asks before it spends", async () => {
    const account = setting("PRISM_SANDBOX_ACCOUNT");
    const email = setting("PRISM_SANDBOX_EMAIL");
    await refuseOtherAccounts(account);
    prepare(account, email, setting("PRISM_SANDBOX_ROLE_ARN"));
    await prism("rehearse", environment);
    const { total } = JSON.parse(await prism("cost", environment, "--json")) as { total: { high: number } };
    const cost = (total.high / HOURS_OF_A_MONTH) * HOURS;
    await confirm(
      `${environment} in account ${account} costs about ${total.high.toFixed(0)} USD a month, ` +
        `${cost.toFixed(2)} USD in the ${HOURS} hours that this takes.\nType the account's id to go on: `,
      account,
    );
    process.on("SIGINT", () => running?.kill("SIGINT"));
  });

  after("tears down after itself", async () => {
    if (!deployed) {
      fs.rmSync(folder, { recursive: true, force: true });
      return;
    }
    for (let attempt = 1; attempt <= 3; attempt++) {
      try {
        await prism("destroy", environment, "--yes");
        break;
      } catch (error) {
        process.stderr.write(`destroying, attempt ${attempt}: ${String(error)}\n`);
      }
    }
    const left = JSON.parse(await pulumi("stack", "export")) as { deployment: { resources?: object[] } };
    const { resources = [] } = left.deployment;
    assert.equal(
      resources.length,
      0,
      `${resources.length} resources are left in AWS, and cost money. Their state is in ${folder}; ` +
        `the tag Environment=${environment} finds them.`,
    );
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("comes up, and has nothing left to do", async () => {
    deployed = true;
    await prism("up", environment, "--yes");
    assert.match(await prism("preview", environment), /^Plan: nothing to change$/m);
  });

  it("is well, by everything that AWS says of it", async () => {
    await prism("doctor", environment, ...WITHOUT);
  });

  it("takes a release, with a document through the whole system, and goes back", async () => {
    const { application } = await outputs();
    const reference = path.join(checkout, "app", "reference");
    fs.appendFileSync(path.join(reference, "application.py"), "\n# Another version.\n");
    await prism("release", environment, reference, "--yes");
    await prism("doctor", environment, "--end-to-end", ...WITHOUT);
    await prism("rollback", environment, "--yes");
    const list = JSON.parse(await prism("release", environment, "--list", "--json")) as ReleaseReport;
    assert.equal(list.running, application.initialVersionLabel);
  });

  it("gives a deleted document back", async () => {
    const { storage } = await outputs();
    const s3 = new S3Client({ region: REGION });
    const document = { Bucket: storage.bucketName, Key: "documents/drill/report.txt" };
    await s3.send(new PutObjectCommand({ ...document, Body: "what was written" }));
    await s3.send(new DeleteObjectCommand(document));
    await assert.rejects(s3.send(new GetObjectCommand(document)), { name: "NoSuchKey" });
    const { DeleteMarkers: markers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: document.Bucket, Prefix: document.Key }),
    );
    assert.equal(markers.length, 1);
    await s3.send(new DeleteObjectCommand({ ...document, VersionId: markers[0]!.VersionId }));
    const { Body } = await s3.send(new GetObjectCommand(document));
    assert.equal(await Body?.transformToString(), "what was written");
  });

  it("changes Redis's password without an error", async () => {
    const cache = new ElastiCacheClient({ region: REGION });
    const passwords = async () => {
      const { Users } = await cache.send(new DescribeUsersCommand({}));
      return Users?.find(({ UserName, UserId }) => UserName === "aiprism" && UserId?.includes(environment))
        ?.Authentication?.PasswordCount;
    };
    for (const [generations, count] of [
      [[2, 1], 2],
      [[2], 1],
    ] as const) {
      configure(["redis", "passwordGenerations"], generations);
      await prism("up", environment, "--yes");
      assert.equal(await passwords(), count);
      await prism("doctor", environment, "--why", "sessions");
    }
  });

  it("changes the database's password, which the application reads by itself", async () => {
    const { database } = await outputs();
    const secrets = new SecretsManagerClient({ region: REGION });
    const rotated = async () =>
      (await secrets.send(new DescribeSecretCommand({ SecretId: database.secretArn }))).LastRotatedDate?.getTime() ?? 0;
    const before = await rotated();
    await secrets.send(new RotateSecretCommand({ SecretId: database.secretArn }));
    await until("the password is rotated", async () => (await rotated()) > before);
    await prism("doctor", environment, "--why", "database");
  });

  it("takes the database back to a point in time", async () => {
    const { database } = await outputs();
    configure(["database", "restored"], { nameSuffix: "2", instance: database.instanceIdentifier });
    await prism("up", environment, "--yes");
    assert.match((await outputs()).database.instanceIdentifier, /-2$/);
    await prism("doctor", environment, ...WITHOUT);
  });

  it("sets an alarm off and back", async () => {
    await prism("doctor", environment, "--test-alarm", "High-CPU", "--yes");
  });
});

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: test/aws/README.md says what this needs`);
  return value;
}

/** @throws when the credentials are not the sandbox's, or the sandbox is where an environment of this checkout lives */
async function refuseOtherAccounts(account: string): Promise<void> {
  const { Account } = await new STSClient({ region: REGION }).send(new GetCallerIdentityCommand({}));
  assert.equal(Account, account, `the credentials are of account ${Account}, PRISM_SANDBOX_ACCOUNT is ${account}`);
  for (const name of ENVIRONMENTS) {
    const { config } = parse(fs.readFileSync(path.join(ROOT, `Pulumi.${name}.yaml`), "utf8")) as {
      config: Record<string, unknown>;
    };
    assert.notEqual(config["ai-prism:accountId"], account, `account ${account} is ${name}'s: a sandbox holds nothing`);
  }
}

/** A checkout with a stack file of its own, made of dev's, and a state that outlives this process. */
function prepare(account: string, email: string, role: string): void {
  fs.mkdirSync(path.join(folder, "state"), { recursive: true });
  copyOfThisCheckout(checkout);
  const document = parseDocument(fs.readFileSync(path.join(checkout, "Pulumi.dev.yaml"), "utf8"));
  document.setIn(["config", "ai-prism:accountId"], account);
  document.setIn(["config", "ai-prism:alerts"], { emails: [email] });
  // Nobody else reaches documents, and one drill does.
  document.setIn(["config", "ai-prism:storage"], { administratorArns: [role] });
  fs.writeFileSync(stackFile, document.toString());
  fs.writeFileSync(path.join(folder, "passphrase"), randomBytes(32).toString("hex"), { mode: 0o600 });
}

function configure([section = "", ...keys]: string[], value: unknown): void {
  const document = parseDocument(fs.readFileSync(stackFile, "utf8"));
  document.setIn(["config", `ai-prism:${section}`, ...keys], value);
  fs.writeFileSync(stackFile, document.toString());
}

async function confirm(question: string, expected: string): Promise<void> {
  assert.ok(process.stdin.isTTY, "this asks before it spends, and nobody is there to answer");
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  assert.equal(answer.trim(), expected, "not confirmed; nothing was made");
  await pulumi("stack", "init", environment);
}

async function outputs(): Promise<DeploymentOutputs> {
  return JSON.parse(await pulumi("stack", "output", "--json", "--stack", environment)) as DeploymentOutputs;
}

function prism(...args: string[]): Promise<string> {
  return run(path.join(checkout, "prism"), args);
}

async function pulumi(...args: string[]): Promise<string> {
  return run((await findPulumi({ obtain: false })).path, args);
}

/** Runs a command in the checkout to its end, what it tells people passed on. @throws when it fails */
function run(command: string, args: readonly string[]): Promise<string> {
  process.stderr.write(`\n$ ${path.basename(command)} ${args.join(" ")}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: checkout,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PRISM_DIR: path.join(folder, "prism"),
        PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "state")).href,
        PULUMI_CONFIG_PASSPHRASE_FILE: path.join(folder, "passphrase"),
      },
    });
    running = child;
    let stdout = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      running = undefined;
      if (code === 0) resolve(stdout);
      else reject(new Error(`${path.basename(command)} ${args.join(" ")} ended with ${code}\n${stdout}`));
    });
  });
}

/** Asks every quarter of a minute, for a quarter of an hour. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 15_000));
  }
  assert.fail(`a quarter of an hour, and not yet: ${what}`);
}
