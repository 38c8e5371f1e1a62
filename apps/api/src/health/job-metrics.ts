import type { Engine, EngineStats } from '@greenvue/jobs';
import { Counter, Gauge } from 'prom-client';
import type { Metrics } from './metrics.ts';

/**
 * What `/metrics` shows of the jobs: read from the engine once for each scrape. Labels are statuses and states only, never
 * ids, so that the number of series does not grow with the number of jobs.
 */
export function measureJobs(metrics: Metrics, engine: Pick<Engine, 'stats'>): void {
  const registers = [metrics.registry];
  const jobs = new Gauge({
    name: 'greenvue_jobs',
    help: 'Jobs by status',
    labelNames: ['status'],
    registers,
  });
  const live = new Gauge({
    name: 'greenvue_runs_live',
    help: 'Runs that are not finished, by state',
    labelNames: ['state'],
    registers,
  });
  const places = new Gauge({
    name: 'greenvue_job_places',
    help: 'Places of this node: all, busy, and claimed runs that wait for one',
    labelNames: ['state'],
    registers,
  });
  const lateness = new Gauge({
    name: 'greenvue_run_lateness_seconds',
    help: 'From due to started, of the last minute, on this node',
    labelNames: ['quantile'],
    registers,
  });
  const throttled = new Gauge({
    name: 'greenvue_job_claims_throttled',
    help: '1 while claims are held back to keep the API quick',
    registers,
  });
  const ended = new Counter({
    name: 'greenvue_run_attempts_total',
    help: 'Attempts that ended on this node, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  metrics.beforeScrape(async () => show(await engine.stats()));

  function show({ jobs: byStatus, runs, nodes, lastMinute, sinceStart }: EngineStats): void {
    for (const [status, count] of Object.entries(byStatus)) jobs.set({ status }, count);
    for (const [state, count] of Object.entries(runs)) live.set({ state }, count);
    ended.reset();
    for (const [outcome, count] of Object.entries(sinceStart)) ended.inc({ outcome }, count);
    const [node] = nodes;
    if (node !== undefined) {
      places.set({ state: 'all' }, node.places);
      places.set({ state: 'busy' }, node.busy);
      places.set({ state: 'buffered' }, node.buffered);
      throttled.set(node.throttled ? 1 : 0);
    }
    const { p50, p99, max } = lastMinute.latenessMs ?? { p50: 0, p99: 0, max: 0 };
    lateness.set({ quantile: '0.5' }, p50 / 1_000);
    lateness.set({ quantile: '0.99' }, p99 / 1_000);
    lateness.set({ quantile: '1' }, max / 1_000);
  }
}
