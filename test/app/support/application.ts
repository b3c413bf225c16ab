import * as fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { VERSION_FILE, bundle } from "../../../infra/bundle";
import type { Parts } from "./parts";
import { freePort, start, stop, until, type Started } from "../../support/processes";
import { virtualEnvironment } from "../../support/tools";

const ROOT = path.join(__dirname, "..", "..", "..");

/** Folders that the reference application's bundle is merged from. */
export const FOLDERS = ["app/platform", "app/reference"].map((folder) => path.join(ROOT, folder));

export const OPERATOR_TOKEN = "a-token-of-the-tests-and-of-nothing-else";

/** Models of the chain that the tests run with, first choice first. */
export const MODELS = ["eu.anthropic.claude-first", "eu.anthropic.claude-second", "eu.anthropic.claude-third"] as const;

/** Their calls a minute. The second's are few, so that a test gets there. */
export const LIMITS = [200, 10, 200] as const;

/** The virtual environment with what the application asks for, and nothing else. */
export function applicationEnvironment(): string {
  return virtualEnvironment(path.join(ROOT, "app", "reference", "requirements.txt"));
}

/** Unpacks the reference application's bundle as an instance does. */
export function unpackBundle(folder: string): void {
  const { files, versionLabel } = bundle(FOLDERS);
  for (const [file, source] of files) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.copyFileSync(source, path.join(folder, file));
  }
  fs.writeFileSync(path.join(folder, VERSION_FILE), `${versionLabel}\n`);
}

/** Runs the command that the platform runs once per release, in the folder of an unpacked bundle. */
export function migrate(folder: string, env: NodeJS.ProcessEnv): Started {
  const config = parse(fs.readFileSync(path.join(folder, ".ebextensions/30-migrations.config"), "utf8")) as {
    container_commands: Record<string, { command: string }>;
  };
  const [migration] = Object.values(config.container_commands);
  const instance = { ...env, PYTHONPATH: path.join(applicationEnvironment(), "bin") };
  return start("bash", ["-c", migration!.command], { cwd: folder, env: instance });
}

/** What an instance's processes find in their environment. */
export function instanceEnvironment(parts: Parts, port: number): NodeJS.ProcessEnv {
  return {
    ...systemVariables(),
    // Where the tests' parts are, for libraries whose defaults are AWS itself and the system's roots.
    AWS_ENDPOINT_URL: parts.aws.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    SSL_CERT_FILE: parts.rootCertificate,
    ...variablesFor(parts, port),
  };
}

/** The processes of the Procfile, by name. */
export function procfile(folder: string): Record<string, string> {
  const lines = fs.readFileSync(path.join(folder, "Procfile"), "utf8").split("\n");
  return Object.fromEntries(
    lines.filter(Boolean).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

/** What the system around the application sets on an instance: no variable of the program's. */
export function systemVariables(): NodeJS.ProcessEnv {
  return {
    PATH: `${path.join(applicationEnvironment(), "bin")}:${process.env.PATH}`,
    HOME: process.env.HOME,
    LANG: "C.UTF-8",
  };
}

/** The variables that the program sets, with values for the parts of the tests. */
export function variablesFor(parts: Parts, port: number): Record<string, string> {
  return {
    FLASK_ENV: "production",
    PORT: String(port),
    AWS_REGION: "eu-north-1",
    AWS_DEFAULT_REGION: "eu-north-1",
    S3_BUCKET: "documents",
    S3_BACKUP_BUCKET: "documents-replica",
    REDIS_URL: parts.redisUrl,
    DATABASE_URL: parts.databaseUrl,
    DATABASE_SECRET_ARN: parts.secretArn,
    OPERATOR_TOKEN,
    BEDROCK_MODEL_CHAIN: JSON.stringify(MODELS.map((id, index) => ({ id, requestsPerMinute: LIMITS[index] }))),
    SQLALCHEMY_POOL_SIZE: "1",
    SQLALCHEMY_MAX_OVERFLOW: "3",
    WEB_PROCESSES: "1",
    WEB_THREADS: "6",
    WORKER_PROCESSES: "1",
    PGSSLROOTCERT: parts.rootCertificate,
  };
}

/** One instance: the bundle's processes, started by the Procfile's lines with the program's variables. */
export class Instance {
  private readonly processes = new Map<string, Started>();
  private outputOfStopped = "";

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Unpacks, migrates the database as a release does, and starts what the Procfile names. */
  static start(parts: Parts): Promise<Instance> {
    return Instance.startIn(parts.folder, (port) => instanceEnvironment(parts, port));
  }

  /** The same below any folder, with the environment that the processes find for the port they serve on. */
  static async startIn(parent: string, environment: (port: number) => NodeJS.ProcessEnv): Promise<Instance> {
    const folder = fs.mkdtempSync(path.join(parent, "current-"));
    unpackBundle(folder);
    const port = await freePort();
    const env = environment(port);
    const instance = new Instance(folder, port, env);
    const migrating = migrate(folder, env);
    if ((await migrating.ended) !== 0) throw new Error(`the migration failed:\n${migrating.output()}`);
    await Promise.all(Object.keys(procfile(folder)).map((name) => instance.startProcess(name)));
    return instance;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Every structured line that the processes have written. */
  log(): Record<string, unknown>[] {
    return this.output()
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        try {
          return JSON.parse(line) as Record<string, unknown>;
        } catch {
          throw new Error(`a line of the log is no JSON, and no metric filter can read it: ${line}\n${this.output()}`);
        }
      });
  }

  /** Everything that the processes have written. */
  output(): string {
    return this.outputOfStopped + [...this.processes.values()].map(({ output }) => output()).join("");
  }

  /** The lines of one event. */
  events(event: string): Record<string, unknown>[] {
    return this.log().filter((line) => line.event === event);
  }

  async startProcess(name: string): Promise<void> {
    const command = procfile(this.folder)[name]!;
    const started = start("/bin/sh", ["-c", `exec ${command}`], { cwd: this.folder, env: this.env });
    this.processes.set(name, started);
    if (name !== "web") return;
    const answers = async (): Promise<boolean> => {
      if (started.child.exitCode !== null) throw new Error(`web ended:\n${started.output()}`);
      return fetch(`${this.url}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    await until("the application serves", answers, () => this.output());
  }

  async stopProcess(name: string): Promise<void> {
    const started = this.processes.get(name);
    if (!started) return;
    await stop(started);
    this.outputOfStopped += started.output();
    this.processes.delete(name);
  }

  /** Ends a process and its children without a word, as a machine that is gone does. */
  killProcess(name: string): void {
    const { child, output } = this.processes.get(name)!;
    process.kill(-child.pid!, "SIGKILL");
    this.outputOfStopped += output();
    this.processes.delete(name);
  }

  async restart(name: string): Promise<void> {
    await this.stopProcess(name);
    await this.startProcess(name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.processes.keys()].map((name) => this.stopProcess(name)));
  }
}

/** A browser: keeps the session's cookie. */
export class Browser {
  cookie = "";
  constructor(readonly url: string) {}

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookie) headers.set("cookie", this.cookie);
    const response = await fetch(this.url + path, { ...init, headers });
    const set = response.headers.get("set-cookie");
    if (set) this.cookie = set.split(";")[0]!;
    return response;
  }

  /** Begins a session of the operators'. */
  async signIn(token = OPERATOR_TOKEN): Promise<Response> {
    return this.request("/session", { method: "POST", headers: { authorization: `Bearer ${token}` } });
  }

  /** Sends a file to be reviewed. */
  upload(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<Response> {
    const form = new FormData();
    form.set("document", new Blob([content]), name);
    return this.request("/documents", { method: "POST", body: form });
  }

  /** What the application says of a document once its review is over, well or not. */
  async reviewed(location: string): Promise<Record<string, unknown>> {
    let last = "";
    return until(
      `${location} is reviewed`,
      async () => {
        const response = await this.request(location);
        last = await response.text();
        if (!response.ok) throw new Error(`GET ${location}: ${response.status} ${last}`);
        const document = JSON.parse(last) as Record<string, unknown>;
        return document.state === "waiting" ? undefined : document;
      },
      () => last,
    );
  }
}
