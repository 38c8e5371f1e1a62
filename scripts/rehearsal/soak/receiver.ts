import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** How the receiver treats the requests of jobs. Alerts and pings are always answered. */
export type ReceiverMode = 'answers' | 'fails' | 'hangs';

/** What arrived for one run. */
export interface Arrivals {
  /** `Date.now()` of each request. */
  readonly at: number[];
  /** Requests that were answered with 200. */
  succeeded: number;
}

export interface SoakReceiver {
  readonly url: string;
  /** By run id. */
  readonly runs: ReadonlyMap<string, Arrivals>;
  readonly counts: { readonly alerts: number; readonly pings: number };
  set(mode: ReceiverMode): void;
  close(): void;
}

/**
 * Receives what the server sends: `/work?ms=N` answers after N ms, `/flaky` fails the first request of each
 * run, `/fails` fails every one, `/alerts` and `/pings` count.
 */
export async function startSoakReceiver(): Promise<SoakReceiver> {
  const runs = new Map<string, Arrivals>();
  const counts = { alerts: 0, pings: 0 };
  let mode: ReceiverMode = 'answers';

  async function work(runId: string, url: URL, response: ServerResponse): Promise<void> {
    const arrivals = runs.get(runId) ?? { at: [], succeeded: 0 };
    runs.set(runId, arrivals);
    arrivals.at.push(Date.now());
    const isFirst = arrivals.at.length === 1;
    // Until the server gives up.
    if (mode === 'hangs') return;
    const isFailing = mode === 'fails' || url.pathname === '/fails' || (url.pathname === '/flaky' && isFirst);
    if (!isFailing) await delay(Number(url.searchParams.get('ms')));
    // The server has gone, or has cancelled the run.
    if (response.destroyed) return;
    if (isFailing) response.writeHead(500).end('this fails');
    else {
      arrivals.succeeded += 1;
      response.end('done');
    }
  }

  const server = createServer((request, response) => {
    request.resume();
    const url = new URL(request.url ?? '/', 'http://receiver');
    if (url.pathname === '/alerts' || url.pathname.startsWith('/pings')) {
      counts[url.pathname === '/alerts' ? 'alerts' : 'pings'] += 1;
      response.end();
    } else void work(String(request.headers['idempotency-key']), url, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    runs,
    counts,
    set(next) {
      mode = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
