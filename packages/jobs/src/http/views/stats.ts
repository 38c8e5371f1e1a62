import { z } from 'zod';
import type { EngineStats, LastMinute, MinuteCounts } from '../../engine/ports/engine-stats.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { tagParameter } from '../fields/tag.ts';
import { databaseJson, databaseSchema } from './database.ts';
import { nodeJson, nodeSchema } from './node.ts';
import { pauseOfAllJson, pauseOfAllSchema } from './pause-of-all.ts';

const count = z.int();

const minuteSchema = z.object({
  minute: instantSchema.describe('Start of the minute'),
  started: count,
  succeeded: count,
  failed: count,
  cancelled: count,
  retried: count.describe('Failed attempts that are followed by another attempt'),
  skipped: count.describe('Slots that the engine skipped; slots missed in one gap count as one'),
  lateness_p99_ms: z.number().nullable().describe('From due time to start; null when no run started'),
});

/** The query of GET /job-stats. */
export const statsQuery = z.strictObject({ tag: tagParameter.optional() });

/** The response of GET /job-stats. */
export const statsSchema = z.object({
  now: instantSchema,
  paused_all: pauseOfAllSchema,
  jobs: z.object({ active: count, paused: count, finished: count }),
  runs: z.object({
    queued: count,
    held: count,
    running: count,
    due_since: instantSchema
      .nullable()
      .describe('When the longest-waiting run became due; null when no due run waits for a claim'),
  }),
  health: z
    .object({
      no_handler: count,
      zombie: count,
      overdue: count,
      no_upstream: count,
      failing: count,
      late: count,
      slow: count,
      overrunning: count,
      paused: count,
      ok: count,
    })
    .describe('Number of jobs by health; recounted at most every 15 s'),
  last_minute: z
    .object({
      started: count,
      finished: z.object({ succeeded: count, failed: count, cancelled: count, retried: count }),
      lateness_ms: z
        .object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
        .nullable()
        .describe('From due time to start; null when no run started'),
    })
    .nullable()
    .describe('null for a caller with a scope'),
  minutes: z
    .array(minuteSchema)
    .describe(
      'The last 60 minutes of the node that responds, newest first; the first one is still in progress. Empty for a caller with a scope',
    ),
  hours: z
    .array(
      z.object({
        hour: instantSchema,
        status: z.enum(['succeeded', 'failed', 'cancelled', 'skipped']),
        count,
      }),
    )
    .describe('Number of finished runs by hour, newest first'),
  nodes: z
    .array(nodeSchema)
    .describe('All live nodes; the node that responds comes first. Empty for a caller with a scope'),
  database: databaseSchema
    .nullable()
    .describe(
      'The upkeep of PostgreSQL; null on SQLite, if the server does not tell, and for a caller with a scope',
    ),
});

export type StatsJson = z.output<typeof statsSchema>;

/** The counts that a caller sees. `lastMinute`: undefined, like no nodes, for a caller with a scope. */
export type ShownStats = Pick<
  EngineStats,
  'now' | 'pauseOfAll' | 'jobs' | 'runs' | 'health' | 'hours' | 'minutes' | 'nodes' | 'database'
> & {
  readonly lastMinute: LastMinute | undefined;
};

export function statsJson(stats: ShownStats): StatsJson {
  const { lastMinute, runs } = stats;
  return {
    now: instantJson(stats.now),
    paused_all: pauseOfAllJson(stats.pauseOfAll),
    jobs: { ...stats.jobs },
    runs: {
      queued: runs.queued,
      held: runs.held,
      running: runs.running,
      due_since: instantJson(runs.dueSince),
    },
    health: { ...stats.health },
    last_minute: lastMinute === undefined ? null : lastMinuteJson(lastMinute),
    minutes: stats.minutes.map(minuteJson),
    hours: stats.hours.map(({ hour, status, count }) => ({ hour: instantJson(hour), status, count })),
    nodes: stats.nodes.map(nodeJson),
    database: stats.database === undefined ? null : databaseJson(stats.database),
  };
}

function lastMinuteJson({ started, finished, latenessMs }: LastMinute): StatsJson['last_minute'] {
  const lateness = latenessMs === undefined ? null : { ...latenessMs };
  return { started, finished: { ...finished }, lateness_ms: lateness };
}

function minuteJson({ minute, latenessP99Ms, ...counts }: MinuteCounts): StatsJson['minutes'][number] {
  return { minute: instantJson(minute), ...counts, lateness_p99_ms: latenessP99Ms ?? null };
}
