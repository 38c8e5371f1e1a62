// A process that opens event streams. Its argument is a `StreamLoad` as JSON; it prints a `StreamResult`.
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamLoad, StreamResult } from './stream-load.ts';

const AGAIN_MS = 1_000;

const load: StreamLoad = JSON.parse(process.argv[2] ?? '');
const statuses: Record<string, number> = {};
const counts = { broken: 0, waiting: 0, withoutRetryAfter: 0, bytes: 0 };
const end = performance.now() + load.seconds * 1_000;
await Promise.all(Array.from({ length: load.clients }, (_, n) => runClient(n)));
process.stdout.write(JSON.stringify({ statuses, ...counts } satisfies StreamResult));
process.exit();

async function runClient(n: number): Promise<void> {
  const token = load.tokens[n % load.tokens.length];
  // Not by the remainder, so that the clients of each token are of both kinds.
  const isSilent = Math.floor(n / load.tokens.length) % 10 < load.silentShare * 10;
  while (performance.now() < end) {
    await openStream(token, isSilent);
    await delay(AGAIN_MS);
  }
}

/** Resolves when the stream is refused or has ended, or the load is over. */
function openStream(token: string | undefined, isSilent: boolean): Promise<void> {
  return new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port: load.port,
      path: '/api/job-events',
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      agent: false,
    });
    let hasAnswer = false;
    const timer = setTimeout(
      () => {
        if (!hasAnswer) counts.waiting += 1;
        asked.destroy();
      },
      Math.max(end - performance.now(), 1),
    );
    asked.on('response', (answer) => {
      hasAnswer = true;
      const { statusCode: status = 0 } = answer;
      statuses[status] = (statuses[status] ?? 0) + 1;
      const isShed = status === 429 || status === 503;
      if (isShed && answer.headers['retry-after'] === undefined) counts.withoutRetryAfter += 1;
      if (status === 200 && isSilent) return;
      answer.on('data', (chunk: Buffer) => {
        counts.bytes += chunk.length;
      });
    });
    asked.on('error', () => {
      if (performance.now() < end) counts.broken += 1;
    });
    asked.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    asked.end();
  });
}
