/** The servers of one store, and the token of an admin. */
export interface Servers {
  readonly urls: readonly string[];
  readonly token: string;
}

export interface Sending {
  readonly servers: Servers;
  /** Chooses the server. */
  readonly random: () => number;
  /** The client disconnects after this time. */
  readonly waitMs: number;
}

export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
  readonly ifMatch?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Refusals that the models know. Others are faults of the test. */
const REFUSALS = [404, 409, 412];

/** Sends a request to one of the servers. Undefined: no answer, 429, a server error, or a lost race. */
export async function sendRequest(
  { servers, random, waitMs }: Sending,
  { method, path, body, ifMatch }: RequestLine,
): Promise<HttpAnswer | undefined> {
  const url = servers.urls[Math.floor(random() * servers.urls.length)];
  const answer = await fetched(`${url}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${servers.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(Math.ceil(waitMs)),
  });
  if (answer === undefined || answer.status === 429 || answer.status >= 500) return undefined;
  const { status, headers, text } = answer;
  if (status === 409 && text.includes('keeps changing')) return undefined;
  if (status >= 400 && !REFUSALS.includes(status)) throw new Error(`${method} ${path}: ${status} ${text}`);
  return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

async function fetched(url: string, init: RequestInit) {
  try {
    const answer = await fetch(url, init);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } catch {
    // The client or the server has disconnected.
    return undefined;
  }
}
