import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { LOG_EVENTS } from "../../catalog/log-events";
import { bundle } from "../../infra/bundle";
import { Browser, FOLDERS, OPERATOR_TOKEN, Instance, LIMITS, MODELS } from "./support/application";
import { BEDROCK_FAULTS, type Fault } from "./support/aws-front";
import { Parts } from "./support/parts";
import { FIRST_PASSWORD } from "./support/stores";
import { startLoad } from "./support/load";
import { until } from "../support/processes";
import { describeWith } from "../support/tools";

const [FIRST, SECOND, THIRD] = MODELS;

/** The smallest file that is a Word document: a zip archive with one empty entry of the right name. */
function docx(): Uint8Array<ArrayBuffer> {
  const name = Buffer.from("word/document.xml");
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(header.length + name.length, 16);
  return new Uint8Array(Buffer.concat([header, name, entry, name, end]));
}

describeWith("everything", "the reference application", function () {
  this.timeout(180_000);
  let parts: Parts;
  let instance: Instance;
  before(async () => {
    parts = await Parts.start();
    instance = await Instance.start(parts);
  });
  after(async () => {
    await instance?.stop();
    await parts?.stop();
  });
  afterEach(() => {
    parts.aws.mend();
  });

  const browser = () => new Browser(instance.url);
  const operator = async () => {
    const who = browser();
    assert.equal((await who.signIn()).status, 204);
    return who;
  };
  /** As if all models had been left alone for long. */
  const coolDown = () => {
    const keys = parts.redisCommand("KEYS", "model:*").split("\n").filter(Boolean);
    if (keys.length > 0) parts.redisCommand("DEL", ...keys, "health:bedrock");
  };
  /** As if what waits for its time had waited long enough. */
  const timePasses = () => {
    const jobs = parts.redisCommand("ZRANGE", "rq:scheduled:default", "0", "-1").split("\n").filter(Boolean);
    for (const job of jobs) parts.redisCommand("ZADD", "rq:scheduled:default", "1", job);
    return jobs.length;
  };
  const send = async (who: Browser, name = "letter.txt", content: string | Uint8Array<ArrayBuffer> = "Dear reader") => {
    const response = await who.upload(name, content);
    assert.equal(response.status, 202, await response.clone().text());
    return response.headers.get("location")!;
  };

  describe("as a process", () => {
    it("says what it is", async () => {
      const response = await browser().request("/");
      assert.equal(response.status, 200);
      assert.deepEqual(await response.json(), {
        name: "AI-Prism",
        purpose: "reference application: reviews a document with every part of the platform",
        use: "POST /session with the operators' token, POST a form with the file `document` to /documents, then GET what its Location says",
        icon: "/static/icon.svg",
      });
    });

    it("serves static files that may be kept for an hour", async () => {
      const response = await browser().request("/static/icon.svg");
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("cache-control"), "public, max-age=3600");
    });

    it("answers errors as JSON", async () => {
      const response = await browser().request("/nowhere");
      assert.equal(response.status, 404);
      assert.match(((await response.json()) as { error: string }).error, /not found/);
    });
  });

  describe("with documents", () => {
    beforeEach(coolDown);

    it("accepts one at once, has it reviewed by the first model, and exports the review to S3", async () => {
      const who = await operator();
      const response = await who.upload("letter.txt", "Dear reader");
      assert.equal(response.status, 202);
      const accepted = (await response.json()) as Record<string, string>;
      assert.equal(response.headers.get("location"), `/documents/${accepted.id}`);
      const reviewed = await who.reviewed(`/documents/${accepted.id}`);
      assert.deepEqual(reviewed, {
        id: accepted.id,
        name: "letter.txt",
        state: "reviewed",
        reason: null,
        model: FIRST,
        export: `reviews/${accepted.id}.json`,
        review: "review of: Dear reader",
      });
      const exported = JSON.parse((await parts.aws.s3("GET", `/documents/reviews/${accepted.id}.json`)).toString());
      assert.deepEqual(
        { document: exported.document, model: exported.model, review: exported.review },
        { document: accepted.id, model: FIRST, review: "review of: Dear reader" },
      );
      assert.equal((await parts.aws.s3("GET", `/documents/documents/${accepted.id}.txt`)).toString(), "Dear reader");
    });

    it("shows them to the session that sent them, and to no other", async () => {
      const [owner, stranger] = [await operator(), await operator()];
      const location = await send(owner);
      await send(stranger);
      const listed = (await (await owner.request("/documents")).json()) as { documents: { id: string }[] };
      assert.deepEqual(
        listed.documents.map(({ id }) => `/documents/${id}`),
        [location],
      );
      assert.equal((await stranger.request(location)).status, 404);
      assert.equal((await browser().request(location)).status, 401);
    });

    for (const [name, content] of [
      ["paper.pdf", new TextEncoder().encode("%PDF-1.7 …")],
      ["PAPER.DOCX", docx()],
      ["notes.md", new TextEncoder().encode("# Notes")],
    ] as const) {
      it(`hands the model ${name} as it came`, async () => {
        const who = await operator();
        assert.equal((await who.reviewed(await send(who, name, content))).state, "reviewed");
        assert.equal(parts.aws.calls.at(-1)!.document, Buffer.from(content).toString());
      });
    }

    for (const [why, status, name, content] of [
      ["of a kind that no model reads", 415, "picture.png", "…"],
      ["without a kind", 415, "README", "words"],
      ["that is empty", 422, "letter.txt", " \n"],
      ["whose name says PDF and whose content does not", 422, "paper.pdf", "%PS-Adobe"],
      ["whose name says Word and whose content does not", 422, "paper.docx", "PK but no archive"],
      ["that is no text", 422, "letter.txt", "a\0b"],
      ["that is in no known encoding", 422, "letter.txt", new Uint8Array([0xff, 0xfe, 0x41])],
      ["over the limit", 413, "letter.txt", "x".repeat(4_500_001)],
      ["far over the limit", 413, "letter.txt", "x".repeat(6_000_000)],
    ] as const) {
      it(`refuses a file ${why} with ${status}, saying why`, async () => {
        const response = await (await operator()).upload(name, content);
        assert.equal(response.status, status);
        assert.ok(((await response.json()) as { error: string }).error.length > 20);
      });
    }

    it("deletes a reviewed one, in S3 too, for nobody but its owner", async () => {
      const owner = await operator();
      const location = await send(owner);
      const { id } = await owner.reviewed(location);
      assert.equal((await (await operator()).request(location, { method: "DELETE" })).status, 404);
      assert.equal((await owner.request(location, { method: "DELETE" })).status, 204);
      assert.equal((await owner.request(location)).status, 404);
      for (const key of [`documents/${id}.txt`, `reviews/${id}.json`]) {
        await assert.rejects(parts.aws.s3("GET", `/documents/${key}`), /404/);
      }
    });

    it("refuses a form without a file with 400", async () => {
      const body = new URLSearchParams({ document: "x" });
      assert.equal((await (await operator()).request("/documents", { method: "POST", body })).status, 400);
    });

    it("refuses every document of who has not signed in with 401, however large it is", async () => {
      for (const content of ["Dear reader", "x".repeat(6_000_000)]) {
        assert.equal((await browser().upload("letter.txt", content)).status, 401);
      }
      assert.equal((await browser().request("/documents")).status, 401);
    });

    it("reads a review from the replica while the bucket does not answer", async () => {
      const who = await operator();
      const { id } = await who.reviewed(await send(who));
      const exported = await parts.aws.s3("GET", `/documents/reviews/${String(id)}.json`);
      await parts.aws.s3("PUT", `/documents-replica/reviews/${String(id)}.json`, exported);
      parts.aws.fault = { when: /^GET \/documents\//, fault: { status: 503, code: "ServiceUnavailable" } };
      const response = await who.request(`/documents/${String(id)}`);
      assert.equal(response.status, 200);
      assert.equal(((await response.json()) as { review: string }).review, "review of: Dear reader");
    });
  });

  describe("with sessions", () => {
    it("lets in who has the operators' token, and nobody else", async () => {
      for (const token of ["", "guessed", OPERATOR_TOKEN.slice(1), `${OPERATOR_TOKEN}x`]) {
        const who = browser();
        assert.equal((await who.signIn(token)).status, 401);
        assert.equal(who.cookie, "");
      }
      assert.equal((await (await operator()).request("/documents")).status, 200);
    });

    it("keeps nothing readable in the cookie, and shows it to no script and no other site", async () => {
      const response = await browser().signIn();
      assert.match(
        response.headers.get("set-cookie")!,
        /^session=[A-Za-z0-9_-]{43}; Secure; HttpOnly; Path=\/; SameSite=Lax$/,
      );
    });

    it("survive a restart of the processes", async () => {
      const who = await operator();
      const location = await send(who);
      await instance.restart("web");
      assert.equal((await who.request(location)).status, 200);
    });

    it("end when their owner signs out", async () => {
      const who = await operator();
      assert.equal((await who.request("/session", { method: "DELETE" })).status, 204);
      assert.equal((await who.request("/documents")).status, 401);
    });

    for (const [why, forged] of [
      ["a well-formed id that was never given out", "A".repeat(43)],
      ["an id of another form", "../../etc/passwd"],
      ["another application's signed session", "eyJvd25lciI6ImFkbWluIn0.aAaAaA.bBbBbBbBbBbBbBbBbBbBbBbBbBb"],
    ] as const) {
      it(`refuses ${why} with 401, and never uses it`, async () => {
        const who = browser();
        who.cookie = `session=${forged}`;
        assert.equal((await who.request("/documents")).status, 401);
        await who.signIn();
        assert.match(who.cookie, /^session=[A-Za-z0-9_-]{43}$/);
        assert.notEqual(who.cookie, `session=${forged}`);
      });
    }

    it("are begun anew by signing in: one that somebody else may know is not taken along", async () => {
      const who = await operator();
      const known = who.cookie;
      await who.signIn();
      assert.notEqual(who.cookie, known);
      const other = browser();
      other.cookie = known;
      assert.equal((await other.request("/documents")).status, 401);
    });

    it("are counted when they are created, and made for nobody who only looks", async () => {
      const created = () => instance.events("session_created").length;
      const before = created();
      for (const path of ["/", "/health/live", "/documents"]) {
        const who = browser();
        await who.request(path);
        assert.equal(who.cookie, "");
      }
      const who = await operator();
      await send(who);
      await until("the session is counted", () => created() > before);
      assert.equal(created(), before + 1);
    });

    it("are counted once when they have expired", async () => {
      const who = await operator();
      await send(who);
      const key = `session:${who.cookie.slice("session=".length)}`;
      assert.ok(Number(parts.redisCommand("TTL", key)) > 11 * 3600);
      // As if twelve hours had passed.
      parts.redisCommand("DEL", key);
      parts.redisCommand("ZADD", "sessions:ends", "1", key);
      const expired = () => instance.events("session_expired").length;
      const before = expired();
      for (let minute = 0; minute < 2; minute++) {
        parts.redisCommand("DEL", "clock:done");
        const measured = instance.events("queue_depth").length;
        await instance.restart("clock");
        await until("the clock has ticked", () => instance.events("queue_depth").length > measured);
      }
      assert.equal(expired(), before + 1);
      assert.equal((await who.request("/documents")).status, 401);
    });
  });

  describe("with a chain of models", () => {
    beforeEach(coolDown);
    /** Which models were called since, in order, and how it went. */
    const callsSince = (index: number) => parts.aws.calls.slice(index).map(({ model, outcome }) => [model, outcome]);

    for (const [what, fault] of Object.entries<Fault>(BEDROCK_FAULTS).filter(([name]) => name !== "invalid")) {
      it(`falls back when the first is ${what}, leaves it alone for a while, and comes back to it`, async () => {
        const who = await operator();
        parts.aws.behaviour.set(FIRST, fault);
        const start = parts.aws.calls.length;
        assert.equal((await who.reviewed(await send(who))).model, SECOND);
        assert.equal((await who.reviewed(await send(who))).model, SECOND);
        assert.deepEqual(callsSince(start), [
          [FIRST, (fault as { code: string }).code],
          [SECOND, "answer"],
          [SECOND, "answer"],
        ]);
        parts.aws.mend();
        assert.ok(Number(parts.redisCommand("TTL", `model:${FIRST}:cooldown`)) >= 10);
        parts.redisCommand("DEL", `model:${FIRST}:cooldown`);
        assert.equal((await who.reviewed(await send(who))).model, FIRST);
      });
    }

    it("goes down the chain in order", async () => {
      parts.aws.behaviour.set(FIRST, BEDROCK_FAULTS.denied).set(SECOND, BEDROCK_FAULTS.broken);
      const who = await operator();
      const start = parts.aws.calls.length;
      assert.equal((await who.reviewed(await send(who))).model, THIRD);
      assert.deepEqual(callsSince(start), [
        [FIRST, "AccessDeniedException"],
        [SECOND, "InternalServerException"],
        [THIRD, "answer"],
      ]);
    });

    it("has a document wait while every model is throttled, and reviews it when one is free again", async () => {
      for (const model of MODELS) parts.aws.behaviour.set(model, BEDROCK_FAULTS.throttled);
      const who = await operator();
      const location = await send(who);
      await until("the document waits for a model", () => parts.redisCommand("ZCARD", "rq:scheduled:default") === "1");
      assert.equal(((await (await who.request(location)).json()) as { state: string }).state, "waiting");
      assert.equal((await who.request(location, { method: "DELETE" })).status, 409);
      parts.aws.mend();
      coolDown();
      assert.equal(timePasses(), 1);
      assert.equal((await who.reviewed(location)).model, FIRST);
    });

    it("tells the owner when every model refuses the document itself, and blames no model for it", async () => {
      for (const model of MODELS) parts.aws.behaviour.set(model, BEDROCK_FAULTS.invalid);
      const who = await operator();
      const { state, reason } = await who.reviewed(await send(who));
      assert.deepEqual([state, reason], ["refused", "no model of the chain accepts the request"]);
      parts.aws.mend();
      assert.equal((await who.reviewed(await send(who))).model, FIRST);
    });
  });

  describe("with a queue", () => {
    beforeEach(coolDown);

    it("keeps jobs while no worker runs, measures them, and does them afterwards", async () => {
      await instance.stopProcess("worker");
      const who = await operator();
      const locations = [await send(who), await send(who), await send(who)];
      parts.redisCommand("DEL", "clock:done");
      const before = instance.events("queue_oldest_job").length;
      await instance.restart("clock");
      await until("the queue is measured", () => instance.events("queue_oldest_job").length > before);
      assert.equal(instance.events("queue_depth").at(-1)!.jobs, 3);
      assert.ok(Number(instance.events("queue_oldest_job").at(-1)!.seconds) > 0);
      await instance.startProcess("worker");
      for (const location of locations) assert.equal((await who.reviewed(location)).state, "reviewed");
    });

    it("finishes the job that a worker has begun before it stops", async () => {
      parts.aws.behaviour.set(FIRST, "slow");
      const who = await operator();
      const start = parts.aws.calls.length;
      const location = await send(who);
      await until("the model is asked", () => parts.aws.calls.length > start);
      await instance.stopProcess("worker");
      assert.equal((await who.reviewed(location)).state, "reviewed");
      assert.equal(parts.aws.calls.length, start + 1);
      await instance.startProcess("worker");
    });

    it("does a job again whose worker was killed", async () => {
      parts.aws.behaviour.set(FIRST, "hang");
      const who = await operator();
      const start = parts.aws.calls.length;
      const location = await send(who);
      await until("the model is asked", () => parts.aws.calls.length > start);
      instance.killProcess("worker");
      parts.aws.mend();
      // As if the time that the job had were over.
      parts.redisCommand("ZADD", "rq:wip:default", "1", parts.redisCommand("ZRANGE", "rq:wip:default", "0", "0"));
      parts.redisCommand("DEL", "rq:scheduler-lock:default");
      await instance.startProcess("worker");
      await until("the job is to be done again", () => timePasses() > 0);
      assert.equal((await who.reviewed(location)).state, "reviewed");
    });

    it("tries a job again that failed for another reason than the models, and gives up in the end", async () => {
      const who = await operator();
      parts.aws.fault = { when: /^GET \/documents/, fault: { status: 403, code: "AccessDenied" } };
      const location = await send(who);
      const scheduled = () => parts.redisCommand("ZRANGE", "rq:scheduled:default", "0", "-1");
      const job = await until("the job is to be tried again", () => scheduled() || undefined);
      assert.equal(((await (await who.request(location)).json()) as { state: string }).state, "waiting");
      parts.redisCommand("HSET", `rq:job:${job}`, "retries_left", "0");
      timePasses();
      const { state, reason } = await who.reviewed(location);
      assert.deepEqual([state, reason], ["failed", "the review failed and will not be tried again"]);
    });

    it("refuses a document that it cannot queue, and says so in the list", async () => {
      // The documents' row is written before; only the queue's own key is in the way.
      parts.redisCommand("RENAME", "rq:queues", "kept");
      parts.redisCommand("SET", "rq:queues", "in the way");
      const who = await operator();
      try {
        assert.equal((await who.upload("letter.txt", "Dear reader")).status, 503);
      } finally {
        parts.redisCommand("RENAME", "kept", "rq:queues");
      }
      const { documents } = (await (await who.request("/documents")).json()) as { documents: { state: string }[] };
      assert.deepEqual(
        documents.map(({ state }) => state),
        ["failed"],
      );
    });
  });

  describe("asked for its health", () => {
    const OK = { database: "ok", redis: "ok", s3: "ok", bedrock: "ok" };
    const version = bundle(FOLDERS).versionLabel;
    const ask = async (token?: string) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await browser().request("/health", { headers });
      return { code: response.status, body: (await response.json()) as { status: string; parts?: object } };
    };
    /** Asks with the token until that is the answer: what was found before is kept for a second. */
    const finds = async (code: number, body: object) => {
      let last: unknown;
      const check = async () => isDeepStrictEqual((last = await ask(OPERATOR_TOKEN)), { code, body });
      await until(`/health answers ${JSON.stringify({ code, body })}`, check, () => JSON.stringify(last));
    };
    const works = () => finds(200, { status: "ok", version, parts: OK });
    const fails = (faults: object) => finds(503, { status: "failing", version, parts: { ...OK, ...faults } });
    beforeEach(() => {
      coolDown();
      parts.redisCommand("DEL", "health:bedrock");
    });

    it("names the parts for who has the token, and tells everybody else only whether all is well in which version", async () => {
      await works();
      assert.deepEqual(await ask(), { code: 200, body: { status: "ok", version } });
      parts.aws.fault = { when: /^HEAD \/documents/, fault: { status: 403, code: "AccessDenied" } };
      await fails({ s3: "403" });
      for (const token of [undefined, "", "guessed", `${OPERATOR_TOKEN}x`, OPERATOR_TOKEN.slice(1), "%C3%A9"]) {
        assert.deepEqual(await ask(token), { code: 503, body: { status: "failing", version } });
      }
    });

    it("tells when S3 hangs, and does not wait for it", async () => {
      parts.aws.fault = { when: /^HEAD \/documents/, fault: "hang" };
      await fails({ s3: "no answer in time" });
    });

    it("tells when no model may be called, and asks no model again while it knows that one answers", async () => {
      for (const model of MODELS) parts.aws.behaviour.set(model, BEDROCK_FAULTS.denied);
      await fails({ bedrock: "AccessDeniedException" });
      parts.aws.mend();
      coolDown();
      await works();
      const calls = parts.aws.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await works();
      assert.equal(parts.aws.calls.length, calls);
    });

    it("tells when every model is left alone for now", async () => {
      for (const model of MODELS)
        parts.redisCommand("SET", `model:${model}:cooldown`, "ThrottlingException", "EX", "60");
      await fails({ bedrock: "no model is free" });
    });

    it("has no model left alone because a health check found it wanting", async () => {
      parts.aws.behaviour.set(FIRST, BEDROCK_FAULTS.unavailable);
      const start = parts.aws.calls.length;
      await until("the check has gone on to the second", async () => {
        parts.redisCommand("DEL", "health:bedrock");
        await ask(OPERATOR_TOKEN);
        return parts.aws.calls.slice(start).some(({ model }) => model === SECOND);
      });
      assert.equal(parts.redisCommand("EXISTS", `model:${FIRST}:cooldown`), "0");
    });

    it("tells when Bedrock hangs, and does not wait for it", async () => {
      for (const model of MODELS) parts.aws.behaviour.set(model, "hang");
      await fails({ bedrock: "no answer in time" });
    });

    it("tells when the database is gone, and when it is back", async () => {
      const bring = await parts.take("postgres");
      try {
        await fails({ database: "OperationalError" });
        assert.equal((await browser().request("/health/live")).status, 200);
      } finally {
        await bring();
      }
      await works();
    });

    it("tells when Redis is gone, and when it is back", async () => {
      const bring = await parts.take("redis");
      try {
        await fails({ redis: "ConnectionError", bedrock: "not asked: Redis counts the calls" });
        assert.equal((await browser().request("/health/live")).status, 200);
      } finally {
        await bring();
      }
      await works();
    });
  });

  describe("in its log", () => {
    it("has written every event that is counted, in the tests above, with what its metric reads", () => {
      for (const { event, value, dimensions } of LOG_EVENTS) {
        const lines = instance.events(event);
        assert.ok(lines.length > 0, `no line of ${event}`);
        for (const line of lines) {
          if (value.startsWith("$.")) assert.equal(typeof line[value.slice(2)], "number", `${event}: ${value}`);
          for (const field of Object.values(dimensions ?? {})) {
            assert.match(String(line[field.slice(2)]), /^[\w.:-]+$/, `${event}: ${field}`);
          }
        }
      }
    });
  });

  describe("under load from another process", () => {
    const POOL = 4;

    it("survives two rotations of the database's password without one failed request, and within its pool", async () => {
      await instance.stopProcess("worker");
      const loggedBefore = parts.databaseLog().length;
      const load = startLoad({ url: instance.url, kind: "read", concurrency: 8, token: OPERATOR_TOKEN });
      const log = () => parts.databaseLog().slice(loggedBefore);
      const count = (pattern: RegExp) => log().match(pattern)?.length ?? 0;
      const authorized = () => count(/connection authorized: user=aiprismadmin/g);
      const more = async (what: string, counted: () => number, by: number) => {
        const before = counted();
        await until(what, () => counted() >= before + by);
      };
      let most = 0;
      let over = false;
      // Requests that come all at once need the whole pool, and what is beyond its size is closed again.
      const waves = (async () => {
        while (!over) {
          await parts.holdTable("documents");
          const open = parts.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'aiprismadmin'");
          most = Math.max(most, Number(open));
        }
      })();
      const refused = () => count(/password authentication failed for user "aiprismadmin"/g);
      const secret = (password: string) => JSON.stringify({ username: "aiprismadmin", password });
      try {
        await more("connections come and go", authorized, 5);

        // As Secrets Manager has it done: the new password is pending, then the database's, then current.
        const { VersionId: pending } = await parts.aws.secrets("PutSecretValue", {
          SecretId: parts.secretArn,
          SecretString: secret("second"),
          VersionStages: ["AWSPENDING"],
        });
        parts.changeDatabasePassword("second");
        await more("the old password is refused", refused, 1);
        await more("connections are made with the pending password", authorized, 5);
        const { VersionIdsToStages: stages } = await parts.aws.secrets("DescribeSecret", { SecretId: parts.secretArn });
        const current = Object.entries(stages as Record<string, string[]>).find(([, names]) =>
          names.includes("AWSCURRENT"),
        );
        await parts.aws.secrets("UpdateSecretVersionStage", {
          SecretId: parts.secretArn,
          VersionStage: "AWSCURRENT",
          MoveToVersionId: pending,
          RemoveFromVersionId: current![0],
        });
        await more("connections are made with the new password", authorized, 5);

        // As somebody does it by hand: for a moment no password that the secret has ever held is right.
        parts.changeDatabasePassword(FIRST_PASSWORD);
        await more("every password is refused for a moment", refused, 4);
        await parts.aws.secrets("PutSecretValue", { SecretId: parts.secretArn, SecretString: secret(FIRST_PASSWORD) });
        await more("connections are made with the last password", authorized, 5);
      } finally {
        over = true;
        await waves;
        load.stop();
        await instance.startProcess("worker");
      }
      const { answers, perSecond, p99 } = await load.result;
      assert.deepEqual(Object.keys(answers), ["200"], JSON.stringify(answers));
      assert.ok(most <= POOL, `${most} connections`);
      // RDS Proxy would tie each client to a connection of its own.
      assert.match(log(), /execute <unnamed>|statement: SELECT/);
      assert.doesNotMatch(log(), /execute _pg3_/);
      console.log(`      one process: ${perSecond} requests a second over ${most} connections, 99 % within ${p99} ms`);
    });

    it("fails no request and loses no document while models throttle, and keeps each model's limit", async () => {
      coolDown();
      parts.aws.behaviour.set(FIRST, BEDROCK_FAULTS.throttled);
      const start = parts.aws.calls.length;
      const load = startLoad({ url: instance.url, kind: "send", concurrency: 8, requests: 40, token: OPERATOR_TOKEN });
      const { answers, perSecond, p99, sent } = await load.result;
      assert.deepEqual(answers, { 202: 40 });
      for (const { location, cookie } of sent) {
        const who = browser();
        who.cookie = cookie;
        assert.equal((await who.reviewed(location)).state, "reviewed");
      }
      const calls = parts.aws.calls.slice(start);
      const answered = calls.filter(({ outcome }) => outcome === "answer");
      assert.equal(answered.length, 40);
      // Within a minute; a second less, because the stand-in's clock reads when a call arrives, not when it was counted.
      const times = answered.filter(({ model }) => model === SECOND).map(({ at }) => at);
      for (const at of times)
        assert.ok(times.filter((other) => other >= at && other < at + 59_000).length <= LIMITS[1]);
      assert.ok(answered.some(({ model }) => model === THIRD));
      console.log(`      one process: ${perSecond} documents a second accepted, 99 % within ${p99} ms`);
    });
  });
});
