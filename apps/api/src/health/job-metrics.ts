import { setTimeout } from 'node:timers/promises';
import { type Engine, type EngineStats, type NodeActivity, StoreError } from '@greenvue/jobs';
import {
  type HistogramMetric,
  type HistogramSeries,
  histogramText,
  quantilesText,
} from './distribution-text.ts';
import { createJobGauges, type JobGauges } from './job-gauges.ts';
import type { Metrics } from './metrics.ts';

/** Prometheus waits only a few seconds. */
const DATABASE_MS = 2_000;

/**
 * Adds the metrics of jobs to `/metrics`, read from the engine once for each scrape, as for `GET
 * /api/job-stats`. Labels are job types and statuses, never ids, so that the number of series does not grow
 * with the jobs. If the database does not respond within `databaseMs` (2 s), only the metrics of the node
 * itself are included.
 */
export function measureJobs(
  metrics: Metrics,
  engine: Pick<Engine, 'stats' | 'activity'>,
  { databaseMs = DATABASE_MS }: { readonly databaseMs?: number } = {},
): void {
  const gauges = createJobGauges(metrics.registry);
  const ask = askInTime(() => engine.stats(), databaseMs);
  metrics.beforeScrape(async () => {
    const stats = await ask();
    showActivity(gauges, stats ?? engine.activity());
    gauges.databaseUp.set(stats === undefined ? 0 : 1);
    if (stats === undefined) gauges.forget();
    else showStored(gauges, stats);
  });
  metrics.addText(() => distributions(engine.activity()));
}

/**
 * Reads the stats; undefined if the database is unavailable or does not respond in time. Sends no second
 * request while one is pending.
 */
function askInTime(ask: () => Promise<EngineStats>, ms: number): () => Promise<EngineStats | undefined> {
  let asked: Promise<EngineStats | undefined> | undefined;
  return async () => {
    asked ??= ask()
      .catch((error: unknown) => {
        if (error instanceof StoreError) return undefined;
        throw error;
      })
      .finally(() => {
        asked = undefined;
      });
    const answered = new AbortController();
    const late = setTimeout(ms, undefined, { signal: answered.signal });
    try {
      return await Promise.race([asked, late]);
    } finally {
      answered.abort();
      // The timer ends here; its rejection is expected.
      await Promise.allSettled([late]);
    }
  };
}

function distributions({ types, lastMinute }: NodeActivity): string {
  const histograms = HISTOGRAMS.map(({ of, ...about }) =>
    histogramText({ ...about, series: types.map((type) => seriesOf(type.type, type[of])) }),
  );
  const { p50, p99, max } = lastMinute.latenessMs ?? { p50: 0, p99: 0, max: 0 };
  const lateness = quantilesText({
    name: 'greenvue_run_lateness_seconds',
    help: 'From due to started, of the last minute, on this node',
    quantiles: [
      [0.5, p50 / 1_000],
      [0.99, p99 / 1_000],
      [1, max / 1_000],
    ],
  });
  return [...histograms, lateness].join('\n');
}

const HISTOGRAMS = [
  {
    name: 'greenvue_run_duration_seconds',
    help: 'How long attempts took that ended on this node, by job type',
    label: 'type',
    of: 'durations',
  },
  {
    name: 'greenvue_run_start_delay_seconds',
    help: 'From due to started, of attempts that started on this node, by job type',
    label: 'type',
    of: 'lateness',
  },
] as const satisfies readonly (Omit<HistogramMetric, 'series'> & { readonly of: string })[];

function seriesOf(
  value: string,
  { boundsMs, counts, sumMs }: NodeActivity['types'][number]['durations'],
): HistogramSeries {
  return { value, bounds: boundsMs.map((ms) => ms / 1_000), counts, sum: sumMs / 1_000 };
}

/** What the node knows by itself. */
function showActivity(gauges: JobGauges, activity: NodeActivity): void {
  const { node, types, skipped, settling, failingMs, listeners, lease } = activity;
  gauges.places.set({ state: 'all' }, node.places);
  gauges.places.set({ state: 'busy' }, node.busy);
  gauges.places.set({ state: 'buffered' }, node.buffered);
  gauges.throttled.set(node.throttled ? 1 : 0);
  gauges.controlConnection.set(lease === 'kept' ? 1 : 0);
  gauges.settling.set(settling);
  gauges.failing.set(failingMs / 1_000);
  gauges.listeners.set(listeners);
  gauges.attempts.reset();
  for (const { type, ended } of types) {
    for (const [outcome, count] of Object.entries(ended)) gauges.attempts.inc({ type, outcome }, count);
  }
  gauges.skipped.reset();
  for (const [reason, count] of Object.entries(skipped)) gauges.skipped.inc({ reason }, count);
}

/** What is in the database. */
function showStored(gauges: JobGauges, { jobs, health, runs, nodes, now }: EngineStats): void {
  for (const [status, count] of Object.entries(jobs)) gauges.jobs.set({ status }, count);
  for (const [name, count] of Object.entries(health)) gauges.health.set({ health: name }, count);
  for (const state of ['queued', 'held', 'running'] as const) gauges.live.set({ state }, runs[state]);
  gauges.dueAge.set(runs.dueSince === undefined ? 0 : Math.max(now - runs.dueSince, 0) / 1_000);
  for (const health of ['ok', 'late', 'stalled', 'joining', 'failing'] as const) {
    gauges.nodes.set({ health }, nodes.filter((node) => node.health === health).length);
  }
}
