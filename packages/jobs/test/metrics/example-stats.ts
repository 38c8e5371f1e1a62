import { createJobs, type EngineStats, type NodeActivity } from '../../src/index.ts';
import { createMemoryStore } from '../../src/testing/index.ts';

const idle = createJobs({ store: createMemoryStore(), types: [] }).activity();
const node = { ...idle.node, health: 'ok', places: 10, busy: 3, buffered: 1, throttled: true } as const;

/** A node on which all that has a metric has happened. */
export const activity: NodeActivity = {
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
  pings: { sent: 7, failed: 1, dropped: 0 },
  node,
};

export const stats: EngineStats = {
  ...activity,
  now: 100_000,
  jobs: { active: 3, paused: 1, finished: 0 },
  health: {
    no_handler: 0,
    zombie: 0,
    overdue: 0,
    no_upstream: 0,
    failing: 2,
    late: 0,
    slow: 0,
    overrunning: 0,
    paused: 1,
    ok: 1,
  },
  runs: { queued: 6, held: 1, running: 2, dueSince: 70_000 },
  hours: [],
  database: {
    readAt: 99_000,
    horizon: {
      holder: { kind: 'session', pid: 7, applicationName: 'psql', user: 'ann', state: 'idle in transaction' },
      age: 1_200,
      since: 10_000,
    },
    wraparound: { database: 'app', age: 5_000_000, freezeMaxAge: 200_000_000 },
    tables: [{ table: 'live_runs', liveRows: 10, deadRows: 90_000, age: 1_000, lastVacuumAt: undefined }],
  },
  nodes: [node, { ...node, node: 'n2', health: 'late' }],
};
