import {
  createEngine,
  createSystemClock,
  type EngineStats,
  type NodeActivity,
  StoreError,
} from '@greenvue/jobs';
import { createMemoryStore } from '@greenvue/jobs/testing';
import { describe, expect, test } from 'vitest';
import { startTestServer } from '../testing/test-server.ts';
import { measureJobs } from './job-metrics.ts';
import { createMetrics } from './metrics.ts';

const store = createMemoryStore({ clock: createSystemClock() });
const idle = createEngine({ store, jobTypes: [], deps: undefined }).activity();
const node = { ...idle.node, health: 'ok', places: 10, busy: 3, buffered: 1, throttled: true } as const;

const activity: NodeActivity = {
  ...idle,
  sinceStart: { succeeded: 5, failed: 1, cancelled: 0, retried: 2 },
  lastMinute: {
    started: 8,
    finished: { succeeded: 5, failed: 1, cancelled: 0, retried: 2 },
    latenessMs: { p50: 2, p95: 50, p99: 250, max: 1_500 },
  },
  types: [
    {
      type: 'mail',
      ended: { succeeded: 5, failed: 1, cancelled: 0, retried: 2 },
      durations: { boundsMs: [10, 1_000], counts: [6, 1, 1], sumMs: 4_500 },
      lateness: { boundsMs: [10, 1_000], counts: [7, 0, 1], sumMs: 1_520 },
    },
  ],
  skipped: { ...idle.skipped, overlap: 4 },
  settling: 7,
  lease: 'kept_by_spare',
  failingMs: 6_500,
  listeners: 2,
  node,
};

const stats: EngineStats = {
  ...activity,
  now: 100_000,
  jobs: { active: 3, paused: 1, finished: 0 },
  health: { no_handler: 0, zombie: 0, failing: 2, late: 0, overrunning: 0, paused: 1, ok: 1 },
  runs: { queued: 6, held: 1, running: 2, dueSince: 70_000 },
  hours: [],
  nodes: [node, { ...node, node: 'n2', health: 'late' }],
};

/** The lines of a scrape that begin with `greenvue`. */
async function scraped(engine: Parameters<typeof measureJobs>[1]): Promise<string[]> {
  const metrics = createMetrics();
  measureJobs(metrics, engine);
  return linesOf(await metrics.scrape());
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('greenvue'));
}

describe('the metrics of the jobs', () => {
  test('are what the engine tells, in seconds, and in series that no job adds to', async () => {
    const lines = await scraped({ stats: async () => stats, activity: () => activity });
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
        'greenvue_run_duration_seconds_bucket{type="mail",le="0.01"} 6',
        'greenvue_run_duration_seconds_bucket{type="mail",le="+Inf"} 8',
        'greenvue_run_duration_seconds_sum{type="mail"} 4.5',
        'greenvue_run_start_delay_seconds_bucket{type="mail",le="1"} 7',
        'greenvue_run_start_delay_seconds_count{type="mail"} 8',
      ]),
    );
    // No due field called state: an age is no run.
    expect(lines.filter((line) => line.startsWith('greenvue_runs_live'))).toHaveLength(3);
  });

  test('tell that the database is away, and what the node knows without it', async () => {
    const lines = await scraped({
      stats: () => Promise.reject(new StoreError('unavailable', 'away')),
      activity: () => activity,
    });
    expect(lines).toContain('greenvue_job_database_up 0');
    expect(lines).toContain('greenvue_job_settlements_waiting 7');
    expect(lines).toContain('greenvue_run_duration_seconds_count{type="mail"} 8');
    expect(lines.filter((line) => /^greenvue_(jobs|runs_live|runs_oldest|nodes)/.test(line))).toEqual([]);
  });

  test('do not wait for a database that does not answer, and ask it no second time meanwhile', async () => {
    const metrics = createMetrics();
    const answer = Promise.withResolvers<EngineStats>();
    let asked = 0;
    const ask = () => {
      asked += 1;
      return answer.promise;
    };
    measureJobs(metrics, { stats: ask, activity: () => activity }, { databaseMs: 1 });
    for (let n = 0; n < 3; n += 1) {
      expect(linesOf(await metrics.scrape())).toContain('greenvue_job_database_up 0');
    }
    expect(asked).toBe(1);
    answer.resolve(stats);
    await answer.promise;
    await expect.poll(async () => linesOf(await metrics.scrape())).toContain('greenvue_job_database_up 1');
    expect(linesOf(await metrics.scrape())).toContain('greenvue_runs_oldest_due_seconds 30');
  });

  test('hide no fault of the program', async () => {
    const metrics = createMetrics();
    const broken = () => Promise.reject(new Error('a bug'));
    measureJobs(metrics, { stats: broken, activity: () => activity });
    await expect(metrics.scrape()).rejects.toThrow('a bug');
  });

  test('are on /metrics from the start, every type and outcome at 0', async () => {
    const { url } = await startTestServer();
    const lines = linesOf(await (await fetch(`${url}/metrics`)).text());
    for (const type of ['cleanup_expired_listings', 'send_notifications', 'update_search_index']) {
      for (const outcome of ['succeeded', 'failed', 'cancelled', 'retried']) {
        expect(lines).toContain(`greenvue_run_attempts_total{type="${type}",outcome="${outcome}"} 0`);
      }
      expect(lines).toContain(`greenvue_run_duration_seconds_count{type="${type}"} 0`);
    }
    expect(lines).toContain('greenvue_slots_skipped_total{reason="missed"} 0');
    expect(lines).toContain('greenvue_nodes{health="ok"} 1');
    expect(lines).toContain('greenvue_job_database_up 1');
  });
});
