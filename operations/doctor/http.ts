import { setTimeout as wait } from "node:timers/promises";

/** An answer over HTTP, or why there was none. */
export type Answer =
  | { readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly status?: undefined; readonly reason: string };

const PATIENCE_MILLISECONDS = 15_000;

/** Asks once, without following a redirect. */
export async function request(url: string | URL, init: RequestInit = {}): Promise<Answer> {
  const limit = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  try {
    const response = await fetch(url, { redirect: "manual", signal: limit, ...init });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    if (limit.aborted) return { reason: `no answer within ${PATIENCE_MILLISECONDS / 1000} s` };
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    return { reason: cause?.code ?? cause?.message ?? message };
  }
}

/** Asks, and once more after a moment when nobody answered: one lost packet is no outage. */
export async function requestPatiently(url: string | URL, init: RequestInit = {}): Promise<Answer> {
  const first = await request(url, init);
  if (first.status !== undefined) return first;
  await wait(500);
  return request(url, init);
}

/** Whether the CDN made the answer itself, and not the application behind it. */
export function fromCdn(answer: Answer): boolean {
  return (
    answer.status !== undefined &&
    /^(Error|LambdaGeneratedResponse|FunctionGeneratedResponse) from cloudfront/i.test(
      answer.headers.get("x-cache") ?? "",
    )
  );
}
