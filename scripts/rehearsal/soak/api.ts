import type { Site } from './site.ts';

const TIMEOUT_MS = 15_000;

export interface Call {
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Sends a request to one node. Undefined: no answer came, so the request may have had an effect. */
export async function call(
  site: Site,
  node: number,
  { path, method = 'GET', body }: Call,
): Promise<Reply | undefined> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const answer = await fetch(`${site.urls[node % site.urls.length]}${path}`, {
      method,
      headers: { authorization: `Bearer ${site.token}`, ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : undefined };
  } catch {
    return undefined;
  }
}

/** Repeats a request, on each node in turn, until one answers with 2xx. Throws on any other answer below 500. */
export async function insist(site: Site, asked: Call, tries = 60): Promise<unknown> {
  for (let n = 0; n < tries; n++) {
    const reply = await call(site, n, asked);
    if (reply !== undefined && reply.status < 300) return reply.body;
    if (reply !== undefined && reply.status < 500 && reply.status !== 429)
      throw new Error(`${asked.path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${asked.path}: no answer after ${tries} tries`);
}
