import { type OpenMetricsContentType, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { EngineError, type EngineStats, StoreError } from '../../src/index.ts';
import { type JobMetricsOptions, registerJobMetrics } from '../../src/prometheus/index.ts';
import { activity, stats } from './example-stats.ts';

type Jobs = Parameters<typeof registerJobMetrics>[0];

const ANSWERS: Jobs = { stats: async () => stats, activity: () => activity };

function registryOf(jobs: Jobs, options: JobMetricsOptions = {}): Registry {
  const registry = new Registry();
  registerJobMetrics(jobs, { registry, ...options });
  return registry;
}

const linesOf = async (registry: Registry) => (await registry.metrics()).split('\n');

describe('the metrics for Prometheus', () => {
  test('are what the engine knows, in seconds, and in series that no job adds to', async () => {
    const lines = await linesOf(registryOf(ANSWERS));
    expect(lines).toEqual(
      expect.arrayContaining([
        'greenvue_jobs{status="active"} 3',
        'greenvue_jobs_health{health="failing"} 2',
        'greenvue_jobs_health{health="late"} 0',
        'greenvue_runs_live{state="queued"} 6',
        'greenvue_runs_oldest_due_seconds 30',
        'greenvue_nodes{health="ok"} 1',
        'greenvue_nodes{health="late"} 1',
        'greenvue_job_database_up 1',
        'greenvue_job_passes_failing_seconds 6.5',
        'greenvue_job_places{state="all"} 10',
        'greenvue_job_places{state="busy"} 3',
        'greenvue_job_claims_throttled 1',
        'greenvue_job_control_connection_up 0',
        'greenvue_job_settlements_waiting 7',
        'greenvue_job_event_streams 2',
        'greenvue_run_lateness_seconds{quantile="0.99"} 0.25',
        'greenvue_run_attempts_total{type="mail",outcome="succeeded"} 5',
        'greenvue_run_attempts_total{type="mail",outcome="cancelled"} 0',
        'greenvue_slots_skipped_total{reason="overlap"} 4',
        'greenvue_job_database_horizon_age{holder="session"} 1200',
        'greenvue_job_database_horizon_age{holder="replication_slot"} 0',
        'greenvue_job_database_horizon_held_seconds 89',
        'greenvue_job_database_dead_rows{table="live_runs"} 90000',
        'greenvue_job_database_freeze_age 5000000',
        'greenvue_job_database_freeze_max_age 200000000',
        'greenvue_job_database_wraparound_limit 2144483647',
      ]),
    );
    // No due field called state: an age is no run.
    expect(lines.filter((line) => line.startsWith('greenvue_runs_live'))).toHaveLength(3);
  });

  test('have histograms in which each bucket contains all values below its bound', async () => {
    const lines = await linesOf(registryOf(ANSWERS));
    const at = lines.indexOf('# TYPE greenvue_run_duration_seconds histogram');
    expect(lines.slice(at + 1, at + 6)).toEqual([
      'greenvue_run_duration_seconds_bucket{type="mail",le="0.01"} 6',
      'greenvue_run_duration_seconds_bucket{type="mail",le="1"} 7',
      'greenvue_run_duration_seconds_bucket{type="mail",le="+Inf"} 8',
      'greenvue_run_duration_seconds_sum{type="mail"} 4.5',
      'greenvue_run_duration_seconds_count{type="mail"} 8',
    ]);
    expect(lines).toContain('greenvue_run_start_delay_seconds_bucket{type="mail",le="1"} 7');
    expect(lines).toContain('greenvue_run_start_delay_seconds_count{type="mail"} 8');
  });

  test('are in OpenMetrics, and in the JSON of a cluster, too', async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    registerJobMetrics(ANSWERS, { registry });
    expect(await registry.metrics()).toContain(
      'greenvue_run_attempts_total{type="mail",outcome="succeeded"} 5',
    );
    const histogram = (await registry.getMetricsAsJSON()).find(
      ({ name }) => name === 'greenvue_run_duration_seconds',
    );
    expect(histogram).toMatchObject({ type: 'histogram', aggregator: 'sum' });
  });

  test('have the prefix of the host, so that two engines fit into one registry', async () => {
    const registry = registryOf(ANSWERS, { prefix: 'mails_' });
    expect(() => registerJobMetrics(ANSWERS, { registry, prefix: 'mails_' })).toThrow('already');
    registerJobMetrics(ANSWERS, { registry, prefix: 'reports_' });
    const lines = await linesOf(registry);
    expect(lines).toContain('mails_jobs{status="active"} 3');
    expect(lines).toContain('reports_run_duration_seconds_count{type="mail"} 8');
    expect(lines.filter((line) => line.includes('greenvue'))).toEqual([]);
  });

  test('have no prefix if it is empty', async () => {
    const lines = await linesOf(registryOf(ANSWERS, { prefix: '' }));
    expect(lines).toContain('jobs{status="active"} 3');
    expect(lines).toContain('run_duration_seconds_count{type="mail"} 8');
  });

  test('say that the database is unavailable, and what the node knows without it', async () => {
    let isAway = false;
    const registry = registryOf({
      stats: () => (isAway ? Promise.reject(new StoreError('unavailable', 'away')) : ANSWERS.stats()),
      activity: () => activity,
    });
    expect(await linesOf(registry)).toContain('greenvue_runs_oldest_due_seconds 30');
    isAway = true;
    const lines = await linesOf(registry);
    expect(lines).toContain('greenvue_job_database_up 0');
    expect(lines).toContain('greenvue_job_settlements_waiting 7');
    expect(lines).toContain('greenvue_run_duration_seconds_count{type="mail"} 8');
    expect(lines.filter((line) => /^greenvue_(jobs|runs_live|runs_oldest|nodes)/.test(line))).toEqual([]);
  });

  test('say nothing about PostgreSQL where the jobs are in another database', async () => {
    const lines = await linesOf(
      registryOf({ stats: async () => ({ ...stats, database: undefined }), activity: () => activity }),
    );
    expect(lines.filter((line) => line.startsWith('greenvue_job_database_'))).toEqual([
      'greenvue_job_database_up 1',
    ]);
  });

  test('do not wait for a database that does not respond, and send it no second request meanwhile', async () => {
    const response = Promise.withResolvers<EngineStats>();
    let asked = 0;
    const ask = () => {
      asked += 1;
      return response.promise;
    };
    const registry = registryOf({ stats: ask, activity: () => activity }, { databaseMs: 1 });
    for (let n = 0; n < 3; n += 1) expect(await linesOf(registry)).toContain('greenvue_job_database_up 0');
    expect(asked).toBe(1);
    response.resolve(stats);
    await response.promise;
    await expect.poll(() => linesOf(registry)).toContain('greenvue_job_database_up 1');
  });

  test('read the engine once for each scrape', async () => {
    let asked = 0;
    const registry = registryOf({
      stats: async () => {
        asked += 1;
        return stats;
      },
      activity: () => activity,
    });
    await registry.metrics();
    await registry.metrics();
    expect(asked).toBe(2);
  });

  test.each<readonly [unknown, unknown, string]>([
    [undefined, {}, 'jobs: is required: the engine that createJobs() returned'],
    [{}, {}, 'jobs: must be the engine that createJobs() returned'],
    [ANSWERS, 'shop_', 'options: must be options such as'],
    [ANSWERS, { registery: new Registry() }, 'options.registery: unknown field; did you mean registry?'],
    [ANSWERS, { registry: {} }, 'options.registry: must be a registry of prom-client'],
    [ANSWERS, { prefix: 'my-shop-' }, 'options.prefix: must be'],
    [
      ANSWERS,
      { databaseMs: '2s' },
      'options.databaseMs: must be a number of ms from 1 to 2147483647; got "2s"',
    ],
  ])('are refused with what to write instead: %j, %j', (jobs, options, message) => {
    // What callers without TypeScript may pass.
    const registered = () => Reflect.apply(registerJobMetrics, undefined, [jobs, options]);
    expect(registered).toThrow(EngineError);
    expect(registered).toThrow(message);
  });

  test('hide no fault of the program', async () => {
    const broken = () => Promise.reject(new Error('a bug'));
    await expect(registryOf({ stats: broken, activity: () => activity }).metrics()).rejects.toThrow('a bug');
  });
});
