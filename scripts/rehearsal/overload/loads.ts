import { setTimeout as delay } from 'node:timers/promises';
import type { LoadResult } from '../load/open-loop.ts';
import { openStreams, sendRequests } from '../load/processes.ts';
import type { StreamResult } from '../load/stream-load.ts';
import { ask } from '../node.ts';
import { mixedRequests } from './capacity.ts';
import type { LoadCounts } from './phase.ts';
import { createJob, createRecurringJobs, EDITED_JOBS, type Target, TIMES } from './target.ts';

/** Processes that send requests. */
const SENDERS = 2;
/** Of each process. All of them together are below the limit of connections. */
const CLIENTS = 1_500;
const CLIENT_TIMEOUT_MS = 10_000;
const STREAM_LIMIT = 100;
const SILENT_SHARE = 0.5;
/** Failing jobs a second: a channel gets at most 10 messages a minute. */
const FAILURES_PER_SECOND = 40;
const NONE = { gaveUp: 0, timedOut: 0, broken: 0, waiting: 0 };
export const CHANNELS = 20;

export async function tooManyRequests(
  { server, tokens, seconds }: Target,
  perSecond: number,
): Promise<LoadCounts> {
  const stranger = { method: 'GET', path: '/api/listings', token: '' };
  const results = await Promise.all(
    Array.from({ length: SENDERS }, () =>
      sendRequests({
        port: server.port,
        requests: [...mixedRequests(tokens), stranger, stranger],
        numbers: EDITED_JOBS,
        perSecond: perSecond / SENDERS,
        seconds,
        clients: CLIENTS,
        timeoutMs: CLIENT_TIMEOUT_MS,
      }),
    ),
  );
  return results.map(countsOf).reduce(sumOf);
}

/** Runs go on meanwhile, so that the streams have events. */
export async function tooManyStreams({ server, tokens, seconds }: Target): Promise<LoadCounts> {
  const clients = STREAM_LIMIT * TIMES;
  const [streams] = await Promise.all([
    openStreams({ port: server.port, tokens, clients, silentShare: SILENT_SHARE, seconds }),
    sendRequests({
      port: server.port,
      requests: [{ method: 'POST', path: '/api/jobs/edited-{n}/runs', token: tokens[0] ?? '', body: {} }],
      numbers: EDITED_JOBS,
      perSecond: 100,
      seconds,
      clients: 16,
      timeoutMs: CLIENT_TIMEOUT_MS,
    }),
  ]);
  return countsOfStreams(streams);
}

/** Makes channels whose receiver hangs, and the jobs that will fail. */
export async function prepareAlerts(target: Target, name: string): Promise<void> {
  const { server, receiver, token } = target;
  await receiver.set('close');
  for (let n = 0; n < CHANNELS; n++) {
    const config = { url: `${receiver.url}/alerts/${n}` };
    const body = { id: `${name}-${n}`, kind: 'webhook', config, conditions: ['failed'] };
    await ask({ url: server.url, token, path: '/api/alert-channels', method: 'POST', body });
  }
  for (let n = 0; n < failingJobs(target); n++) {
    await createJob(target, { id: `${name}-fails-${n}`, path: '/fail', on_demand: true });
  }
}

/** Each failing job runs once. */
export async function tooManyAlerts(target: Target, name: string): Promise<LoadCounts> {
  const { server, tokens, seconds } = target;
  const path = `/api/jobs/${name}-fails-{n}/runs`;
  return countsOf(
    await sendRequests({
      port: server.port,
      requests: tokens.map((token) => ({ method: 'POST', path, token, body: {} })),
      numbers: failingJobs(target),
      perSecond: FAILURES_PER_SECOND,
      seconds,
      clients: 64,
      timeoutMs: CLIENT_TIMEOUT_MS,
    }),
  );
}

const failingJobs = ({ seconds }: Target): number => FAILURES_PER_SECOND * seconds;

/** Makes the jobs of half of the runs: slots that are due each second. Returns when the first ones are due. */
export function prepareRuns(target: Target, perSecond: number, name: string): Promise<number> {
  const { seconds } = target;
  return createRecurringJobs(target, { count: Math.round(perSecond / 2), seconds, name });
}

/** Triggers the other half of the runs while the slots are due. */
export async function tooManyRuns({ server, tokens, seconds }: Target, perSecond: number, startsAt: number) {
  await delay(Math.max(startsAt - Date.now(), 0));
  return countsOf(
    await sendRequests({
      port: server.port,
      requests: tokens.map((token) => ({ method: 'POST', path: '/api/jobs/expiring/runs', token, body: {} })),
      numbers: 1,
      perSecond: perSecond / 2,
      seconds,
      clients: CLIENTS,
      timeoutMs: CLIENT_TIMEOUT_MS,
    }),
  );
}

function countsOf({
  offered,
  statuses,
  gaveUp,
  timedOut,
  broken,
  withoutRetryAfter,
}: LoadResult): LoadCounts {
  return { offered, statuses, unanswered: { gaveUp, timedOut, broken, waiting: 0 }, withoutRetryAfter };
}

function countsOfStreams({ statuses, broken, waiting, withoutRetryAfter }: StreamResult): LoadCounts {
  const answered = Object.values(statuses).reduce((sum, times) => sum + times, 0);
  return {
    offered: answered + broken + waiting,
    statuses,
    unanswered: { ...NONE, broken, waiting },
    withoutRetryAfter,
  };
}

export function sumOf(one: LoadCounts, other: LoadCounts): LoadCounts {
  const statuses: Record<string, number> = { ...one.statuses };
  for (const [status, times] of Object.entries(other.statuses))
    statuses[status] = (statuses[status] ?? 0) + times;
  return {
    offered: one.offered + other.offered,
    statuses,
    unanswered: {
      gaveUp: one.unanswered.gaveUp + other.unanswered.gaveUp,
      timedOut: one.unanswered.timedOut + other.unanswered.timedOut,
      broken: one.unanswered.broken + other.unanswered.broken,
      waiting: one.unanswered.waiting + other.unanswered.waiting,
    },
    withoutRetryAfter: one.withoutRetryAfter + other.withoutRetryAfter,
  };
}
