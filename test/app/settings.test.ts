import assert from "node:assert/strict";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ENVIRONMENT_VARIABLES } from "../../catalog/environment-variables";
import { AWS_CALLS, AWS_OUTPUTS } from "../support/aws-outputs";
import { runMocked } from "../support/mocks";
import { ENVIRONMENTS, ROOT, stackFile } from "../support/stack-files";
import { procfile, systemVariables, unpackBundle } from "./support/application";
import { start } from "../support/processes";
import { describeWith } from "../support/tools";

/** A whole environment as an instance has it. */
const GOOD: Readonly<Record<string, string>> = {
  FLASK_ENV: "production",
  PORT: "8080",
  AWS_REGION: "eu-north-1",
  AWS_DEFAULT_REGION: "eu-north-1",
  S3_BUCKET: "ai.prism",
  S3_BACKUP_BUCKET: "ai-prism-backups",
  REDIS_URL: "rediss://aiprism:cache@master.redis.cache.amazonaws.com:6379/0",
  DATABASE_URL: "postgresql+psycopg://aiprismadmin@db.rds.amazonaws.com:5432/aiprism?sslmode=verify-full",
  DATABASE_SECRET_ARN: "arn:aws:secretsmanager:eu-north-1:111122223333:secret:rds!db-1-AbCdEf",
  OPERATOR_TOKEN: "a-token-of-the-tests-and-of-nothing-else",
  BEDROCK_MODEL_CHAIN: '[{"id":"eu.anthropic.claude-sonnet-4-6","requestsPerMinute":200}]',
  SQLALCHEMY_POOL_SIZE: "2",
  SQLALCHEMY_MAX_OVERFLOW: "6",
  WEB_PROCESSES: "3",
  WEB_THREADS: "4",
  WORKER_PROCESSES: "1",
  PGSSLROOTCERT: __filename,
};

/** Values that each variable refuses, and what it says then. */
const BAD: Readonly<Record<string, readonly (readonly [value: string, says: string])[]>> = {
  FLASK_ENV: [["Production", "has to be production or development"]],
  PORT: [
    ["http", "has to be a whole number from 1024 to 65535"],
    ["80", "has to be a whole number from 1024 to 65535"],
  ],
  AWS_REGION: [["Stockholm", "has to be a region such as eu-north-1"]],
  AWS_DEFAULT_REGION: [["eu-west-1", "has to be the same as AWS_REGION"]],
  S3_BUCKET: [["s3://ai.prism", "has to be a bucket's name"]],
  S3_BACKUP_BUCKET: [["AI-Prism", "has to be a bucket's name"]],
  REDIS_URL: [
    ["redis://aiprism:cache@host:6379/0", "has to be rediss://user:password@host:port/0"],
    ["rediss://host:6379/0", "has to be rediss://user:password@host:port/0"],
  ],
  DATABASE_URL: [
    ["postgresql://aiprismadmin@host/aiprism", "has to be postgresql+psycopg://user@host:port/database"],
    ["postgresql+psycopg://host", "has to be postgresql+psycopg://user@host:port/database"],
    [
      "postgresql+psycopg://user:pass@host/aiprism?sslmode=verify-full",
      "may hold no password: that comes from Secrets Manager",
    ],
    ["postgresql+psycopg://user@host/aiprism?sslmode=require", "has to say sslmode=verify-full"],
  ],
  DATABASE_SECRET_ARN: [["rds!db-1", "has to be a secret's ARN"]],
  OPERATOR_TOKEN: [["short", "has to have 32 printable characters or more"]],
  BEDROCK_MODEL_CHAIN: [
    "sonnet",
    "[]",
    "{}",
    "7",
    '[{"id":"a"}]',
    '[{"id":"","requestsPerMinute":200}]',
    '[{"id":"a","requestsPerMinute":0}]',
    '[{"id":"a","requestsPerMinute":"200"}]',
    '[{"id":"a","requestsPerMinute":true}]',
  ].map((value) => [value, "has to be a JSON list of objects with id and requestsPerMinute, one at least"] as const),
  SQLALCHEMY_POOL_SIZE: [
    ["0", "has to be a whole number from 1 to 10"],
    ["11", "has to be a whole number from 1 to 10"],
  ],
  SQLALCHEMY_MAX_OVERFLOW: [["-1", "has to be a whole number from 0 to 20"]],
  WEB_PROCESSES: [["all", "has to be a whole number from 1 to 32"]],
  WEB_THREADS: [["1.5", "has to be a whole number from 1 to 64"]],
  WORKER_PROCESSES: [["33", "has to be a whole number from 1 to 32"]],
  PGSSLROOTCERT: [["/nowhere/roots.pem", "has to be the path of a file"]],
};

const without = (name: string) => Object.fromEntries(Object.entries(GOOD).filter(([other]) => other !== name));

/** Reads environments given as JSON, and tells for each the fault, or else which variables were read. */
const READ = `
import json, sys
from prism.settings import Settings, SettingsError

class Recorded(dict):
    def __init__(self, values):
        super().__init__(values)
        self.read = set()
    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)

def outcome(values):
    environment = Recorded(values)
    try:
        Settings.from_environment(environment)
    except SettingsError as error:
        return str(error)
    return sorted(environment.read)

print(json.dumps([outcome(values) for values in json.loads(sys.argv[1])]))
`;

describe("the variables that the program sets", function () {
  this.timeout(60_000);

  for (const environment of ENVIRONMENTS) {
    it(`are those of the catalog in ${environment}, secrets by reference`, async () => {
      const { one } = await runMocked(() => (require(`${ROOT}/`) as () => Promise<unknown>)(), {
        stack: environment,
        config: stackFile(environment),
        outputs: AWS_OUTPUTS,
        calls: AWS_CALLS,
      });
      const settings = one("aws:elasticbeanstalk/environment:Environment").inputs.settings as {
        namespace: string;
        name: string;
      }[];
      const inNamespace = (suffix: string) =>
        settings
          .filter(({ namespace }) => namespace === `aws:elasticbeanstalk:application:${suffix}`)
          .map(({ name }) => name);
      const inCatalog = (secret: boolean) =>
        Object.entries(ENVIRONMENT_VARIABLES)
          .filter(([, variable]) => "secret" in variable === secret)
          .map(([name]) => name);
      assert.deepEqual(inNamespace("environment").sort(), inCatalog(false).sort());
      assert.deepEqual(inNamespace("environmentsecrets").sort(), inCatalog(true).sort());
    });
  }
});

describeWith("python", "the application's settings", function () {
  this.timeout(120_000);
  let folder: string;
  /** What became of each environment that the tests ask about, told by one process for all. */
  const outcomes = new Map<Record<string, string>, string | string[]>();
  const processes = new Map<string, { code: number | null; output: string }>();
  const names = Object.keys(ENVIRONMENT_VARIABLES);
  const EMPTY = {};
  const WITHOUT = Object.fromEntries(names.map((name) => [name, without(name)]));
  const MALFORMED = Object.entries(BAD).flatMap(([name, values]) =>
    values.map(([value, says]) => ({ name, value, says: `${name} ${says}`, environment: { ...GOOD, [name]: value } })),
  );
  const REVEALING = { ...GOOD, REDIS_URL: "redis://aiprism:not-to-be-seen@host/0", OPERATOR_TOKEN: "unseen" };

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ai-prism-settings-"));
    unpackBundle(folder);
    const run = async (file: string, args: string[], variables: Record<string, string>) => {
      const started = start(file, args, { cwd: folder, env: { ...systemVariables(), ...variables } });
      return { code: await started.ended, output: started.output() };
    };
    const wrong = { ...GOOD, DATABASE_SECRET_ARN: "rds!db-1", REDIS_URL: "", PORT: "8123" };
    await Promise.all(
      Object.entries(procfile(folder)).map(async ([name, command]) => {
        processes.set(name, await run("/bin/sh", ["-c", `exec ${command}`], wrong));
      }),
    );
    processes.set("gunicorn", await run("/bin/sh", ["-c", `exec ${procfile(folder).web}`], WITHOUT.WEB_THREADS!));
    const environments = [
      GOOD,
      EMPTY,
      REVEALING,
      ...Object.values(WITHOUT),
      ...MALFORMED.map((one) => one.environment),
    ];
    const { code, output } = await run("python", ["-c", READ, JSON.stringify(environments)], {});
    assert.equal(code, 0, output);
    (JSON.parse(output) as (string | string[])[]).forEach((outcome, index) => {
      outcomes.set(environments[index]!, outcome);
    });
  });
  after(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("read exactly the variables of the catalog", () => {
    assert.deepEqual(outcomes.get(GOOD), [...names].sort());
  });

  it("name every variable that is missing, all at once", () => {
    const everything = String(outcomes.get(EMPTY)).split("; ");
    assert.deepEqual(everything.sort(), names.map((name) => `${name} is not set`).sort());
    for (const name of names) assert.equal(outcomes.get(WITHOUT[name]!), `${name} is not set`);
  });

  it("name every variable that is malformed, and say what is allowed", () => {
    assert.deepEqual(Object.keys(BAD).sort(), [...names].sort());
    for (const { name, value, says, environment } of MALFORMED) {
      // A region that is wrong is told once, and not as a contradiction to the other, too.
      assert.equal(outcomes.get(environment), says, `${name}=${value}`);
    }
  });

  it("never show the value of a secret", () => {
    const fault = String(outcomes.get(REVEALING));
    assert.match(fault, /REDIS_URL .*OPERATOR_TOKEN /);
    assert.doesNotMatch(fault, /not-to-be-seen|unseen/);
  });

  for (const name of ["web", "worker", "clock"]) {
    it(`keep the process ${name} from starting where they are wrong, in one line that names each variable`, () => {
      const { code, output } = processes.get(name)!;
      assert.equal(code, 3, output);
      const says = "wrong environment: REDIS_URL is not set; DATABASE_SECRET_ARN has to be a secret's ARN";
      assert.ok(output.includes(`"message": "${says}"`), output);
      assert.doesNotMatch(output, /Traceback/);
    });
  }

  it("keep gunicorn from starting without what it is told by variables, and name them", () => {
    const { code, output } = processes.get("gunicorn")!;
    assert.notEqual(code, 0);
    assert.match(output, /^WEB_THREADS has to be a whole number from 1 to 64, and is not set$/m);
  });
});
