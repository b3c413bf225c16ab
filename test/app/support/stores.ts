import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { RedisCache } from "../../../infra/redis-cache";
import { runMocked } from "../../support/mocks";
import { type Certificate, createCertificate } from "../../support/certificate";
import { freePort, start, stop, until, type Started } from "../../support/processes";
import { program } from "../../support/tools";

/** The master user's password; tests change it. */
export const FIRST_PASSWORD = "first";

/** PostgreSQL and Redis with TLS and passwords, and with the permissions that the deployment gives. */
export class Stores {
  readonly databaseUrl: string;

  protected constructor(
    readonly folder: string,
    /** The one root that database and cache have their certificates from. */
    readonly rootCertificate: string,
    private readonly postgres: Service,
    private readonly redis: Service,
  ) {
    this.databaseUrl = `postgresql+psycopg://aiprismadmin@127.0.0.1:${postgres.port}/aiprism?sslmode=verify-full`;
  }

  /** Starts both in a folder of their own; whoever starts them stops them. */
  static async start(): Promise<Stores> {
    return new Stores(...(await startStores()));
  }

  get redisUrl(): string {
    return `rediss://aiprism:cache@127.0.0.1:${this.redis.port}/0`;
  }

  /** Runs SQL as the superuser and returns what `psql` prints of it. */
  sql(statement: string, database = "aiprism"): string {
    return psql(this.postgres.folder, this.postgres.port, statement, database);
  }

  /** Has every statement on a table wait for a tenth of a second, so that requests need connections at the same time. */
  async holdTable(table: string): Promise<void> {
    const statement = `BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(0.1); COMMIT`;
    const { folder, port } = this.postgres;
    await start(program("psql")!, psqlArguments(folder, port, statement, "aiprism"), {}).ended;
  }

  /** Runs a command of Redis as the administrator. */
  redisCommand(...args: string[]): string {
    return redisCli(this.rootCertificate, this.redis.port, ...args);
  }

  /** Changes the password of Redis's user. */
  changeRedisPassword(password: string): void {
    this.redisCommand("ACL", "SETUSER", "aiprism", "resetpass", `>${password}`);
  }

  /** Changes the database's password the way that RDS does, step by step. */
  changeDatabasePassword(password: string): void {
    this.sql(`ALTER ROLE aiprismadmin PASSWORD '${password}'`);
  }

  /** What the database has logged: every connection, every refusal, every statement. */
  databaseLog(): string {
    return this.postgres.output();
  }

  /** Takes one of the two away until the function that comes back is called. */
  async take(which: "postgres" | "redis"): Promise<() => Promise<void>> {
    const service = this[which];
    await service.stop();
    return () => service.restart();
  }

  async stop(): Promise<void> {
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts both in a new folder. @returns what {@link Stores} is made of */
export async function startStores(): Promise<[folder: string, rootCertificate: string, Service, Service]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ai-prism-app-"));
  // PostgreSQL's own user has to get through.
  fs.chmodSync(folder, 0o755);
  const certificate = createCertificate(folder);
  const [postgres, redis] = await Promise.all([
    Service.start(await postgresCommand(folder, certificate)),
    Service.start(await redisCommand(folder, certificate)),
  ]);
  return [folder, certificate.file, postgres, redis];
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly port: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal: NodeJS.Signals;
  /** Throws until the service answers. */
  readonly ask: () => unknown;
  /** Once, when the service answers for the first time. */
  readonly prepare?: () => void;
}

class Service {
  private outputBefore = "";
  private constructor(
    private readonly command: Command,
    private started: Started,
  ) {}

  static async start(command: Command): Promise<Service> {
    const service = new Service(command, run(command));
    await service.untilItAnswers();
    command.prepare?.();
    return service;
  }

  get port(): number {
    return this.command.port;
  }

  get folder(): string {
    return this.command.folder;
  }

  output(): string {
    return this.outputBefore + this.started.output();
  }

  async stop(): Promise<void> {
    await stop(this.started, this.command.stopSignal);
  }

  async restart(): Promise<void> {
    this.outputBefore = this.output();
    this.started = run(this.command);
    await this.untilItAnswers();
  }

  private untilItAnswers(): Promise<unknown> {
    const { file, ask } = this.command;
    const answers = (): boolean => {
      if (this.started.child.exitCode !== null) throw new Error(`${file} ended:\n${this.output()}`);
      try {
        ask();
        return true;
      } catch {
        return false;
      }
    };
    return until(`${file} answers`, answers, () => this.output());
  }
}

function run({ file, args, folder, uid, gid }: Command): Started {
  return start(file, args, { cwd: folder, uid, gid, env: { PATH: process.env.PATH, LC_ALL: "C" } });
}

async function postgresCommand(folder: string, { file, key }: Certificate): Promise<Command> {
  const home = path.join(folder, "postgres");
  const data = path.join(home, "data");
  fs.mkdirSync(home);
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? userNamed("postgres") : undefined;
  const own = (path: string): void => {
    if (user) fs.chownSync(path, user.uid, user.gid);
  };
  own(home);
  execFileSync(
    program("initdb")!,
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    {
      cwd: home,
      stdio: "ignore",
      ...user,
    },
  );
  for (const [source, target] of [
    [file, "server.crt"],
    [key, "server.key"],
  ] as const) {
    fs.copyFileSync(source, path.join(data, target));
    fs.chmodSync(path.join(data, target), 0o600);
    own(path.join(data, target));
  }
  // As RDS does with rds.force_ssl: over the network, TLS and a password or nothing.
  fs.writeFileSync(path.join(data, "pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: home,
    ssl: "on",
    fsync: "off",
    max_connections: "60",
    log_connections: "on",
    log_statement: "all",
  };
  return {
    file: program("postgres")!,
    args: ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    folder: home,
    port,
    ...user,
    // Ends connections instead of waiting for them.
    stopSignal: "SIGINT",
    ask: () => psql(home, port, "SELECT 1", "postgres"),
    prepare: () => {
      psql(home, port, `CREATE ROLE aiprismadmin LOGIN PASSWORD '${FIRST_PASSWORD}'`, "postgres");
      psql(home, port, "CREATE DATABASE aiprism OWNER aiprismadmin", "postgres");
    },
  };
}

function psql(socketFolder: string, port: number, statement: string, database: string): string {
  const args = psqlArguments(socketFolder, port, statement, database);
  return execFileSync(program("psql")!, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

function psqlArguments(socketFolder: string, port: number, statement: string, database: string): string[] {
  return ["-h", socketFolder, "-p", String(port), "-U", "postgres", "-d", database, "-XAtqc", statement];
}

function userNamed(name: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function redisCommand(folder: string, { file, key }: Certificate): Promise<Command> {
  const home = path.join(folder, "redis");
  fs.mkdirSync(home);
  const port = await freePort();
  const lines = [
    "bind 127.0.0.1",
    "port 0",
    `tls-port ${port}`,
    `tls-cert-file ${file}`,
    `tls-key-file ${key}`,
    `tls-ca-cert-file ${file}`,
    "tls-auth-clients no",
    // Written down at each stop, so that one who takes Redis away can bring it back with what it held.
    "save 3600 1",
    `dir ${home}`,
    "user default off -@all",
    "user administrator on ~* &* +@all >administrator",
    `user aiprism ${await accessString()} >cache`,
  ];
  fs.writeFileSync(path.join(home, "redis.conf"), lines.join("\n"));
  return {
    file: program("redis-server")!,
    args: [path.join(home, "redis.conf")],
    folder: home,
    port,
    stopSignal: "SIGTERM",
    ask: () => redisCli(file, port, "PING"),
  };
}

function redisCli(rootCertificate: string, port: number, ...args: string[]): string {
  const connection = ["-h", "127.0.0.1", "-p", String(port), "--tls", "--cacert", rootCertificate];
  const user = ["--user", "administrator", "--pass", "administrator", "--no-auth-warning"];
  const answer = execFileSync(program("redis-cli")!, [...connection, ...user, "-e", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return answer.trim();
}

/** What the deployment lets the application's user do in Redis. */
async function accessString(): Promise<string> {
  const args = {
    replicationGroupId: "ai-prism-redis",
    secretName: "ai-prism/redis",
    region: "eu-north-1",
    engineVersion: "7.1",
    nodeType: "cache.t3.micro",
    nodes: 1,
    subnetIds: [],
    securityGroupIds: [],
    kmsKeyArn: "arn:aws:kms:eu-north-1:111122223333:key/home",
  };
  const { one } = await runMocked(() => new RedisCache("redis", args));
  return one("aws:elasticache/user:User", "redis-application").inputs.accessString as string;
}
