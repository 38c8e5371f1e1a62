import { setTimeout as delay } from 'node:timers/promises';
import { sendRequests } from '../load/processes.ts';
import type { RawRequest } from '../load/raw-connection.ts';
import { until } from '../node.ts';
import { EDITED_JOBS, type Target } from './target.ts';

/** What the server does in a second when nothing is too much. */
export interface Capacity {
  readonly runs: number;
  readonly requests: number;
}

const SECONDS = 5;
const CLIENTS = 32;
const ENOUGH_RUNS = 1_500;
const WAIT_MS = 60_000;

/** Half of the requests read, and half of them write. */
export function mixedRequests(tokens: readonly string[]): readonly RawRequest[] {
  return tokens.flatMap((token, n) => [
    { method: 'GET', path: '/api/jobs/edited-{n}', token },
    { method: 'PATCH', path: '/api/jobs/edited-{n}', token, body: { description: `Edit ${n}` } },
    { method: 'GET', path: '/api/jobs?limit=20', token },
    { method: 'PATCH', path: '/api/jobs/edited-{n}', token, body: { description: `Edit again ${n}` } },
  ]);
}

export async function measureCapacity(target: Target): Promise<Capacity> {
  // The first seconds after a start are slower.
  await measureRequests(target);
  return { requests: await measureRequests(target), runs: await measureRuns(target) };
}

async function measureRequests({ server, tokens }: Target): Promise<number> {
  const { statuses, seconds } = await sendRequests({
    port: server.port,
    requests: mixedRequests(tokens),
    numbers: EDITED_JOBS,
    // More than any server answers: the clients are the limit.
    perSecond: 100_000,
    seconds: SECONDS,
    clients: CLIENTS,
    timeoutMs: 10_000,
  });
  return (statuses['200'] ?? 0) / seconds;
}

async function measureRuns({ server, receiver, tokens, token }: Target): Promise<number> {
  const begin = (await receiver.seen()).requests;
  await sendRequests({
    port: server.port,
    requests: [...tokens, token].map((own) => ({
      method: 'POST',
      path: '/api/jobs/work/runs',
      token: own,
      body: {},
    })),
    numbers: 1,
    perSecond: ENOUGH_RUNS / 2,
    seconds: 2,
    clients: CLIENTS,
    timeoutMs: 10_000,
  });
  const from = performance.now();
  const before = (await receiver.seen()).requests;
  // The queue may be empty sooner.
  let last = { at: from, requests: before };
  while (performance.now() - from < SECONDS * 1_000) {
    await delay(100);
    const { requests } = await receiver.seen();
    if (requests > last.requests) last = { at: performance.now(), requests };
  }
  const perSecond = (last.requests - before) / ((last.at - from) / 1_000);
  await until('the queued runs are done', WAIT_MS, async () => {
    const { requests } = await receiver.seen();
    await delay(500);
    return requests > begin && requests === (await receiver.seen()).requests ? true : undefined;
  });
  return perSecond;
}
