import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../../bench/support/measure.ts';
import { readMetrics } from '../load/metrics.ts';
import { type ProbeSample, startProbe } from '../load/probe.ts';
import { type LoadedServer, usageOf } from '../load/server.ts';
import type { Verdict } from './verdict.ts';

/** What one kind of load did to the server. */
export interface PhaseResult {
  readonly name: string;
  readonly load: LoadCounts;
  readonly probes: readonly ProbeFigures[];
  readonly mostRssMiB: number;
  readonly mostHeapMiB: number;
  readonly mostDescriptors: number;
  /** The share of the samples in which the engine claimed fewer runs, because its event loop was late. */
  readonly throttledShare: number;
  /** From the end of the load until latency and backlog are as before it; undefined: not within the wait. */
  readonly backMs: number | undefined;
  readonly extra: Extra;
}

/** What only this kind of load shows. */
export interface Extra {
  readonly lines: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** The answers that the load got. */
export interface LoadCounts {
  readonly offered: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly unanswered: Unanswered;
  readonly withoutRetryAfter: number;
}

/** Arrivals without an answer. */
export interface Unanswered {
  /** No client was free, so that nothing was sent. */
  readonly gaveUp: number;
  readonly timedOut: number;
  /** The server closed or refused the connection. */
  readonly broken: number;
  /** Event streams that had no answer when the load ended. */
  readonly waiting: number;
}

export interface ProbeFigures {
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly withoutRetryAfter: number;
}

export interface Phase {
  readonly name: string;
  readonly server: LoadedServer;
  /** The access token of the probe, which no load uses. */
  readonly token: string;
  /** Makes what the load needs, before the probes begin. */
  prepare?(): Promise<void>;
  /** Runs the load to its end. */
  load(): Promise<LoadCounts>;
  /** Read after all is as before. */
  extra?(): Promise<Extra>;
}

const PROBES = [
  { name: 'healthz', method: 'GET', path: '/healthz' },
  { name: 'new client', method: 'GET', path: '/healthz', isNewClient: true },
  { name: 'read', method: 'GET', path: '/api/jobs/probe' },
  { name: 'write', method: 'PATCH', path: '/api/jobs/probe', body: { description: 'The probe edits it.' } },
];
const WATCH_MS = 500;
const WAIT_MS = 60_000;
/** Latency is back when this many probes of each kind in a row are this quick. */
const IN_A_ROW = 5;
const QUICK_MS = 100;
/** A backlog is over when the oldest due run has waited no longer than this. */
const ON_TIME_SECONDS = 1;

/** Runs a load with probes beside it, and waits until all is as before. */
export async function runPhase({ name, server, token, prepare, load, extra }: Phase): Promise<PhaseResult> {
  await prepare?.();
  const probe = startProbe(server.port, token, PROBES);
  const usage = watchUsage(server);
  await delay(1_000);
  const counts = await load();
  const ended = performance.now();
  const backAt = await untilBack(server, probe.samples, ended);
  const during = probe.samples.filter(({ at }) => at < ended);
  await probe.stop();
  const most = await usage.stop();
  return {
    name,
    load: counts,
    probes: PROBES.map((asked) => figuresOf(asked.name, during)),
    ...most,
    backMs: backAt === undefined ? undefined : backAt - ended,
    extra: (await extra?.()) ?? { lines: [], verdicts: [] },
  };
}

function figuresOf(name: string, samples: readonly ProbeSample[]): ProbeFigures {
  const own = samples.filter((sample) => sample.name === name);
  const times = own.map(({ ms }) => ms);
  const statuses: Record<string, number> = {};
  for (const { status } of own) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    name,
    count: own.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    longest: Math.max(0, ...times),
    statuses,
    withoutRetryAfter: own.filter(
      ({ status, hasRetryAfter }) => (status === 429 || status === 503) && !hasRetryAfter,
    ).length,
  };
}

/** When the first of the quick probes began, and no run was late any more. */
async function untilBack(server: LoadedServer, samples: readonly ProbeSample[], ended: number) {
  for (const end = ended + WAIT_MS; performance.now() < end; await delay(100)) {
    const quickFrom = Math.max(...PROBES.map(({ name }) => quickSince(name, samples, ended)));
    if (!Number.isFinite(quickFrom)) continue;
    const metrics = await readMetrics(server.url, 5_000);
    const oldest = metrics?.get('greenvue_runs_oldest_due_seconds') ?? Number.POSITIVE_INFINITY;
    if (oldest <= ON_TIME_SECONDS) return Math.max(quickFrom, oldest > 0 ? performance.now() : quickFrom);
  }
  return undefined;
}

/** The end of the last slow probe; infinite while too few quick ones followed. */
function quickSince(name: string, samples: readonly ProbeSample[], ended: number): number {
  const own = samples.filter((sample) => sample.name === name);
  const last = own.findLastIndex(({ ms, status }) => ms > QUICK_MS || status < 200 || status > 299);
  const slow = own[last];
  if (own.length - 1 - last < IN_A_ROW) return Number.POSITIVE_INFINITY;
  return Math.max(ended, slow === undefined ? ended : slow.at + slow.ms);
}

function watchUsage(server: LoadedServer) {
  const most = { mostRssMiB: 0, mostHeapMiB: 0, mostDescriptors: 0 };
  const throttled: number[] = [];
  let isOver = false;
  const loop = (async () => {
    for (; !isOver; await delay(WATCH_MS)) {
      const { rssMiB, descriptors } = await usageOf(server.pid());
      most.mostRssMiB = Math.max(most.mostRssMiB, rssMiB);
      most.mostDescriptors = Math.max(most.mostDescriptors, descriptors);
      const metrics = await readMetrics(server.url, 2_000);
      if (metrics !== undefined) throttled.push(metrics.get('greenvue_job_claims_throttled') ?? 0);
      const heap = metrics?.get('nodejs_heap_size_used_bytes') ?? 0;
      most.mostHeapMiB = Math.max(most.mostHeapMiB, heap / 1_048_576);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await loop;
      const sum = throttled.reduce((all, value) => all + value, 0);
      return { ...most, throttledShare: sum / Math.max(throttled.length, 1) };
    },
  };
}
