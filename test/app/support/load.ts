import { fork } from "node:child_process";
import path from "node:path";

/** What a process of its own does to the application until it is told to stop. */
export interface Load {
  readonly url: string;
  /** Reads the list of documents (session and database), or sends documents to be reviewed. */
  readonly kind: "read" | "send";
  /** Requests at a time, each in a session of its own. */
  readonly concurrency: number;
  /** What a session begins with. */
  readonly token: string;
  /** Stops by itself after so many requests. @default when it is told to */
  readonly requests?: number;
}

/** What came of it. */
export interface LoadResult {
  /** Answers by status; what got no answer at all stands under the error's text. */
  readonly answers: Readonly<Record<string, number>>;
  readonly perSecond: number;
  /** Milliseconds within which 99 of 100 were answered. */
  readonly p99: number;
  /** Of documents that were sent: where each is found, and the session's cookie. */
  readonly sent: readonly { readonly location: string; readonly cookie: string }[];
}

/** Puts load on the application from another process, so that the tests' own does not slow it down. */
export function startLoad(load: Load): { stop: () => void; result: Promise<LoadResult> } {
  const register = path.join(__dirname, "..", "..", "..", "operations", "register.js");
  const child = fork(__filename, [JSON.stringify(load)], { execArgv: ["--require", register] });
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.once("message", (message) => {
      resolve(message as LoadResult);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`the load ended with ${code} and no result`));
    });
  });
  return { stop: () => child.send("stop"), result };
}

async function run({ url, kind, concurrency, token, requests = Infinity }: Load): Promise<LoadResult> {
  const answers: Record<string, number> = {};
  const milliseconds: number[] = [];
  const sent: { location: string; cookie: string }[] = [];
  const started = Date.now();
  let begun = 0;
  let stopped = false;
  process.once("message", () => (stopped = true));
  const signIn = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/session`, { method: "POST", headers });
    return response.headers.get("set-cookie")!.split(";")[0]!;
  };
  const one = async (cookie: string): Promise<void> => {
    const form = new FormData();
    form.set("document", new Blob([`document ${begun}`]), "load.txt");
    const headers = { cookie };
    const response =
      kind === "read"
        ? await fetch(`${url}/documents`, { headers })
        : await fetch(`${url}/documents`, { method: "POST", body: form, headers });
    await response.arrayBuffer();
    const location = response.headers.get("location");
    if (location) sent.push({ location, cookie });
    answers[response.status] = (answers[response.status] ?? 0) + 1;
  };
  const client = async (): Promise<void> => {
    const cookie = await signIn();
    while (!stopped && begun < requests) {
      begun++;
      const at = Date.now();
      try {
        await one(cookie);
      } catch (error) {
        const text = String(error instanceof Error ? (error.cause ?? error) : error);
        answers[text] = (answers[text] ?? 0) + 1;
      }
      milliseconds.push(Date.now() - at);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  milliseconds.sort((a, b) => a - b);
  return {
    answers,
    perSecond: Math.round(milliseconds.length / ((Date.now() - started) / 1000)),
    p99: milliseconds[Math.floor(milliseconds.length * 0.99)] ?? 0,
    sent,
  };
}

if (require.main === module) {
  void run(JSON.parse(process.argv[2]!) as Load).then((result) => {
    process.send!(result, () => {
      process.exit();
    });
  });
}
