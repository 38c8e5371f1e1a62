type Fetch = typeof globalThis.fetch;

/** The answer to one request. */
export type Step = (signal: AbortSignal | undefined) => Response | Promise<Response>;

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * A `fetch` that answers by these steps, one for each request, and records the requests. A request without a
 * step is an error.
 */
export function scriptedFetch(...steps: readonly Step[]): {
  readonly fetch: Fetch;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const fetch: Fetch = async (input, init) => {
    const body = init?.body;
    const parsed: unknown = typeof body === 'string' ? JSON.parse(body) : undefined;
    const headers = Object.fromEntries(new Headers(init?.headers));
    asked.push({ method: init?.method ?? 'GET', url: String(input), headers, body: parsed });
    const step = steps[asked.length - 1];
    if (step === undefined) throw new Error(`request ${asked.length} was not expected`);
    return step(init?.signal ?? undefined);
  };
  return { fetch, asked };
}

export const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Step =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });

export const problem = (status: number, headers: Readonly<Record<string, string>> = {}): Step =>
  json(
    { type: 'about:blank', title: 'No', status, detail: `It is a ${status}.`, instance: 'r-1' },
    status,
    headers,
  );

export const empty =
  (status: number): Step =>
  () =>
    new Response(null, { status });

export const html =
  (status: number, headers: Readonly<Record<string, string>> = {}): Step =>
  () =>
    new Response('<html><h1>nginx</h1></html>', {
      status,
      headers: { 'content-type': 'text/html', ...headers },
    });

/** The error of Node's `fetch` when no server listens. */
export const refused: Step = () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  throw new TypeError('fetch failed', { cause });
};

/** The error of Node's `fetch` when the connection breaks before an answer. */
export const brokenOff: Step = () => {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  throw new TypeError('fetch failed', { cause });
};

export const silent: Step = (signal) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
