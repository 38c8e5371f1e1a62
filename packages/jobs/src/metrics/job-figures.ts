import type { NodeActivity } from '../engine/ports/engine-stats.ts';
import { DATABASE_FIGURES } from './database-figures.ts';
import type { Figure, Sample } from './figure.ts';

/** A distribution of values of attempts, by job type, in seconds. */
export interface Distribution extends Pick<Figure, 'name' | 'help'> {
  readonly of: 'durations' | 'lateness';
}

export const RUN_DURATION: Distribution = {
  name: 'run.duration',
  help: 'How long attempts took that ended on this node, by job type',
  of: 'durations',
};

export const RUN_START_DELAY: Distribution = {
  name: 'run.start_delay',
  help: 'From due to started, of attempts that started on this node, by job type',
  of: 'lateness',
};

/** What the database contains: the same on every node, and unknown while the database is unavailable. */
const STORED_FIGURES: readonly Figure[] = [
  {
    name: 'jobs',
    help: 'Jobs by status',
    kind: 'gauge',
    unit: '{job}',
    labels: ['status'],
    read: ({ stats }) => counts('status', stats?.jobs),
  },
  {
    name: 'jobs.health',
    help: 'Number of jobs by health; recounted at most every 15 s',
    kind: 'gauge',
    unit: '{job}',
    labels: ['health'],
    read: ({ stats }) => counts('health', stats?.health),
  },
  {
    name: 'runs.live',
    help: 'Runs that are not finished, by state',
    kind: 'gauge',
    unit: '{run}',
    labels: ['state'],
    read({ stats }) {
      if (stats === undefined) return [];
      const { queued, held, running } = stats.runs;
      return counts('state', { queued, held, running });
    },
  },
  {
    name: 'runs.oldest_due',
    help: 'Time since the longest-waiting run became due; 0 when no due run waits for a claim',
    kind: 'gauge',
    unit: 's',
    labels: [],
    read({ stats }) {
      if (stats === undefined) return [];
      const { now, runs } = stats;
      return one(runs.dueSince === undefined ? 0 : Math.max(now - runs.dueSince, 0) / 1_000);
    },
  },
  {
    name: 'nodes',
    help: 'Live nodes by health, as this node sees them',
    kind: 'gauge',
    unit: '{node}',
    labels: ['health'],
    read({ stats }) {
      if (stats === undefined) return [];
      const byHealth = { ok: 0, late: 0, stalled: 0, joining: 0, failing: 0, draining: 0 };
      for (const { health } of stats.nodes) byHealth[health] += 1;
      return counts('health', byHealth);
    },
  },
];

/** What a node knows without the database. */
const NODE_FIGURES: readonly Figure[] = [
  {
    name: 'job.database_up',
    help: '1 if the database of the jobs responded to this reading, 0 if it is unavailable',
    kind: 'gauge',
    unit: '1',
    labels: [],
    read: ({ stats }) => one(stats !== undefined),
  },
  {
    name: 'job.places',
    help: 'Places of this node: all, busy, and claimed runs that wait for a place',
    kind: 'sum',
    unit: '{place}',
    labels: ['state'],
    read: ({ activity: { node } }) =>
      counts('state', { all: node.places, busy: node.busy, buffered: node.buffered }),
  },
  {
    name: 'job.claims_throttled',
    help: '1 while the engine claims fewer runs because the event loop has fallen behind',
    kind: 'gauge',
    unit: '1',
    labels: [],
    read: ({ activity }) => one(activity.node.throttled),
  },
  {
    name: 'job.all_paused',
    help: '1 while all jobs are paused, as this node knows it',
    kind: 'gauge',
    unit: '1',
    labels: [],
    read: ({ activity }) => one(activity.pauseOfAll !== undefined),
  },
  {
    name: 'job.control_connection_up',
    help: '1 while the control connection renews the lease of this node, 0 while the spare connection or none does; always 1 on SQLite',
    kind: 'gauge',
    unit: '1',
    labels: [],
    read: ({ activity }) => one(activity.lease === 'kept'),
  },
  {
    name: 'job.settlements_waiting',
    help: 'Runs that have ended on this node and are not saved yet',
    kind: 'sum',
    unit: '{run}',
    labels: [],
    read: ({ activity }) => one(activity.settling),
  },
  {
    name: 'job.passes_failing',
    help: 'Seconds for which this node could not write and claim runs; 0 while it works and for the first 5 s of failures',
    kind: 'gauge',
    unit: 's',
    labels: [],
    read: ({ activity }) => one(activity.failingMs / 1_000),
  },
  {
    name: 'job.event_streams',
    help: 'Open event streams of this node',
    kind: 'sum',
    unit: '{stream}',
    labels: [],
    read: ({ activity }) => one(activity.listeners),
  },
  {
    name: 'job.pings',
    help: 'Pings of this node to outside monitors, by outcome; failed ones have failed in each try',
    kind: 'counter',
    unit: '{ping}',
    labels: ['outcome'],
    read: ({ activity }) => counts('outcome', { ...activity.pings }),
  },
  {
    name: 'run.attempts',
    help: 'Attempts that ended on this node, by job type and outcome',
    kind: 'counter',
    unit: '{attempt}',
    labels: ['type', 'outcome'],
    read: ({ activity }) =>
      activity.types.flatMap(({ type, ended }) =>
        counts('outcome', ended).map(({ labels, value }) => ({ labels: { type, ...labels }, value })),
      ),
  },
  {
    name: 'slots.skipped',
    help: 'Slots that this node skipped, by reason; slots missed in one gap count as one',
    kind: 'counter',
    unit: '{slot}',
    labels: ['reason'],
    read: ({ activity }) => counts('reason', activity.skipped),
  },
  {
    name: 'run.lateness',
    help: 'From due to started, of the last minute, on this node',
    kind: 'quantiles',
    unit: 's',
    labels: [],
    read: ({ activity }) => latenessQuantiles(activity),
  },
];

export const JOB_FIGURES: readonly Figure[] = [...STORED_FIGURES, ...DATABASE_FIGURES, ...NODE_FIGURES];

function counts(label: string, values: Readonly<Record<string, number>> = {}): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function one(value: number | boolean): readonly Sample[] {
  return [{ labels: {}, value: Number(value) }];
}

function latenessQuantiles({ lastMinute: { latenessMs } }: NodeActivity): readonly Sample[] {
  const { p50, p99, max } = latenessMs ?? { p50: 0, p99: 0, max: 0 };
  return [
    { labels: { quantile: '0.5' }, value: p50 / 1_000 },
    { labels: { quantile: '0.99' }, value: p99 / 1_000 },
    { labels: { quantile: '1' }, value: max / 1_000 },
  ];
}
