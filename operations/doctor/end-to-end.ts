import { setTimeout as wait } from "node:timers/promises";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { seconds } from "../output";
import { type Finding, ok, skipped, wrong } from "./finding";
import { type Answer, request, requestPatiently } from "./http";
import { operatorToken } from "./operator-token";
import { type Line, run } from "./run";
import type { World } from "./world";

/** How long a review may take, and the copy of what it wrote: S3 promises fifteen minutes and mostly takes seconds. */
export interface Patience {
  readonly reviewSeconds: number;
  readonly replicaSeconds: number;
  readonly pauseMilliseconds: number;
}

export const PATIENCE: Patience = { reviewSeconds: 600, replicaSeconds: 900, pauseMilliseconds: 2000 };

const TEXT =
  "This document was uploaded by ./prism doctor --end-to-end to see whether it is reviewed. It says nothing else.";

/** A document that the application has taken. */
interface Uploaded {
  readonly id: string;
  readonly cookie: string;
}

/**
 * Sends a document through the whole system: in through the CDN, reviewed by a model, exported, copied to the other region,
 * and deleted again. Stops at the first step that fails; what was uploaded is deleted in any case.
 */
export async function endToEnd(world: World, onLine: (line: Line) => void, patience = PATIENCE): Promise<Line[]> {
  const { url, storage } = world.outputs;
  const lines: Line[] = [];
  const step = async (
    name: string,
    subject: string,
    runbook: string,
    look: () => Promise<Finding>,
  ): Promise<boolean> => {
    const line = await run(world, "end-to-end", { name, subject, runbook, look }, Infinity);
    lines.push(line);
    onLine(line);
    return line.state === "ok";
  };

  let cookie = "";
  let uploaded: Uploaded | undefined;
  try {
    const signedIn = await step("sign-in", `${url}/session`, "problem-sessions.md", async () => {
      const token = await operatorToken(world.aws, world.outputs);
      const answer = await requestPatiently(`${url}/session`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
      });
      cookie = cookieOf(answer);
      if (answer.status === 204 && cookie) return ok("the operators' token lets in");
      return refusedBy(answer, "the operators' token does not let in", world.environment);
    });
    if (!signedIn) return lines;

    const taken = await step("upload", `${url}/documents`, "problem-cdn.md", async () => {
      const form = new FormData();
      form.set("document", new Blob([TEXT], { type: "text/plain" }), "prism-doctor.txt");
      const answer = await request(`${url}/documents`, { method: "POST", headers: { cookie }, body: form });
      const id = answer.status === 202 ? idIn(answer.body) : undefined;
      if (!id) return refusedBy(answer, "the document is not taken", world.environment);
      uploaded = { id, cookie };
      return ok(`taken as ${id}`);
    });
    if (!taken || !uploaded) return lines;

    const { id } = uploaded;
    const reviewed = await step("review", `${url}/documents/${id}`, "queue-oldest-job.md", () =>
      reviewOf(world, uploaded!, patience),
    );
    if (!reviewed) return lines;

    await step("replica", storage.replicaBucketName, "problem-replication.md", () => copiesOf(world, id, patience));
    return lines;
  } finally {
    if (uploaded) {
      const { id } = uploaded;
      await step("clean-up", `${url}/documents/${id}`, "high-5xx-errors.md", () => cleanUp(world, { id, cookie }));
    }
  }
}

async function reviewOf(
  { outputs, environment }: World,
  { id, cookie }: Uploaded,
  patience: Patience,
): Promise<Finding> {
  const started = Date.now();
  const over = started + patience.reviewSeconds * 1000;
  let last = "";
  while (Date.now() < over) {
    const answer = await request(`${outputs.url}/documents/${id}`, { headers: { cookie } });
    if (answer.status !== 200) {
      last = answer.status === undefined ? answer.reason : `status ${answer.status}`;
    } else {
      const { state = "unknown", reason, model } = JSON.parse(answer.body) as Record<string, string | null>;
      if (state === "reviewed") return ok(`reviewed by ${model} within ${seconds((Date.now() - started) / 1000)}`);
      if (state === "refused" || state === "failed") {
        return wrong(
          `its review ${state === "failed" ? "failed" : "was refused"}: ${reason}`,
          `./prism doctor ${environment} looks at each part`,
        );
      }
      last = `still ${state}`;
    }
    await wait(patience.pauseMilliseconds);
  }
  return wrong(
    `no review within ${patience.reviewSeconds} s: ${last}`,
    "whether workers run, and whether a model is free",
  );
}

/** Finds document and review in the other region. Their content is nobody's business here: they are listed, not read. */
async function copiesOf({ aws, outputs, environment }: World, id: string, patience: Patience): Promise<Finding> {
  const { storage, regions } = outputs;
  const client = aws.client(S3Client, regions.replica);
  const started = Date.now();
  const over = started + patience.replicaSeconds * 1000;
  let missing: string[] = [`documents/${id}.txt`, `reviews/${id}.json`];
  while (Date.now() < over) {
    const present = await Promise.all(
      missing.map(async (key) => {
        const { Contents = [] } = await client.send(
          new ListObjectsV2Command({ Bucket: storage.replicaBucketName, Prefix: key, MaxKeys: 1 }),
        );
        return Contents.some(({ Key }) => Key === key);
      }),
    );
    missing = missing.filter((_, index) => !present[index]);
    if (missing.length === 0) {
      return ok(`document and review are in ${regions.replica} within ${seconds((Date.now() - started) / 1000)}`);
    }
    await wait(patience.pauseMilliseconds);
  }
  return wrong(
    `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not in ${regions.replica} after ${patience.replicaSeconds} s`,
    `./prism doctor ${environment} --why replication`,
  );
}

async function cleanUp({ outputs }: World, { id, cookie }: Uploaded): Promise<Finding> {
  const answer = await requestPatiently(`${outputs.url}/documents/${id}`, { method: "DELETE", headers: { cookie } });
  await request(`${outputs.url}/session`, { method: "DELETE", headers: { cookie } });
  if (answer.status === 204) return ok("what was uploaded is deleted again");
  // An application of somebody else's may not offer it.
  if (answer.status === 404 || answer.status === 405) {
    return skipped(
      `this application deletes no documents; documents/${id}.txt and reviews/${id}.json stay in ${outputs.storage.bucketName}`,
    );
  }
  const how = answer.status === undefined ? answer.reason : `status ${answer.status}`;
  return wrong(
    `could not be deleted (${how})`,
    `delete documents/${id}.txt and reviews/${id}.json in ${outputs.storage.bucketName} by hand`,
  );
}

function refusedBy(answer: Answer, what: string, environment: string): Finding {
  const how = answer.status === undefined ? answer.reason : `status ${answer.status}${messageOf(answer.body)}`;
  return wrong(`${what}: ${how}`, `./prism doctor ${environment} looks at each part`);
}

function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: string };
    return typeof error === "string" ? `, ${error}` : "";
  } catch {
    return "";
  }
}

function cookieOf(answer: Answer): string {
  if (answer.status === undefined) return "";
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

function idIn(body: string): string | undefined {
  try {
    const { id } = JSON.parse(body) as { id?: string };
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}
