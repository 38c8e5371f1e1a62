import { z } from 'zod';
import type { EngineStats, MinuteCounts, NodeStats } from '../../engine/engine-stats.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';

const count = z.int();

const nodeSchema = z.object({
  node: z.string().describe('Its id: another one with each start'),
  health: z
    .enum(['ok', 'late', 'stalled', 'joining', 'failing'])
    .describe(
      'late: no heartbeat for 10 s (after 15 s the node is dead); stalled: its event loop is blocked; joining: it is cut off from the other nodes and claims nothing; failing: it has failed to write and claim runs for 5 s, as on a full disk',
    ),
  seen_at: instantSchema.describe(
    'When the node told what is said of it here: at most 5 s ago, unless it is late',
  ),
  version: z.string(),
  started_at: instantSchema,
  places: count,
  busy: count,
  buffered: count.describe('Claimed runs that wait for a place'),
  throttled: z.boolean().describe('Claims are being held back to keep the API quick'),
  event_loop_delay_ms: z.number().describe('p99 over the last second'),
  types: z.array(z.string()),
});

const minuteSchema = z.object({
  minute: instantSchema.describe('Its begin'),
  started: count,
  succeeded: count,
  failed: count,
  cancelled: count,
  retried: count.describe('Attempts that failed with another one to come'),
  skipped: count.describe('Slots that became no run; those missed together count as one'),
  lateness_p99_ms: z.number().nullable().describe('From due to started; null when nothing started'),
});

/** What GET /job-stats answers with. */
export const statsSchema = z.object({
  now: instantSchema,
  jobs: z.object({ active: count, paused: count, finished: count }),
  runs: z.object({
    queued: count,
    held: count,
    running: count,
    due_since: instantSchema
      .nullable()
      .describe('When that came due which waits longest to be claimed; null when nothing due waits'),
  }),
  health: z
    .object({
      no_handler: count,
      zombie: count,
      failing: count,
      late: count,
      overrunning: count,
      paused: count,
      ok: count,
    })
    .describe('Jobs by health, counted every 15 s at most'),
  last_minute: z.object({
    started: count,
    finished: z.object({ succeeded: count, failed: count, cancelled: count, retried: count }),
    lateness_ms: z
      .object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
      .nullable()
      .describe('From due to started; null when nothing started'),
  }),
  minutes: z
    .array(minuteSchema)
    .describe('The last 60 minutes on the node that answers, the newest first: that one still goes on'),
  hours: z
    .array(
      z.object({
        hour: instantSchema,
        status: z.enum(['succeeded', 'failed', 'cancelled', 'skipped']),
        count,
      }),
    )
    .describe('Finished runs by hour, the newest first'),
  nodes: z.array(nodeSchema).describe('All that live, the one that answers first'),
});

export type StatsJson = z.output<typeof statsSchema>;

export function statsJson(stats: EngineStats): StatsJson {
  const { lastMinute, runs } = stats;
  return {
    now: instantJson(stats.now),
    jobs: { ...stats.jobs },
    runs: {
      queued: runs.queued,
      held: runs.held,
      running: runs.running,
      due_since: instantJson(runs.dueSince),
    },
    health: { ...stats.health },
    last_minute: {
      started: lastMinute.started,
      finished: { ...lastMinute.finished },
      lateness_ms: lastMinute.latenessMs === undefined ? null : { ...lastMinute.latenessMs },
    },
    minutes: stats.minutes.map(minuteJson),
    hours: stats.hours.map(({ hour, status, count }) => ({ hour: instantJson(hour), status, count })),
    nodes: stats.nodes.map(nodeJson),
  };
}

function minuteJson({ minute, latenessP99Ms, ...counts }: MinuteCounts): StatsJson['minutes'][number] {
  return { minute: instantJson(minute), ...counts, lateness_p99_ms: latenessP99Ms ?? null };
}

function nodeJson(info: NodeStats): StatsJson['nodes'][number] {
  return {
    node: info.node,
    health: info.health,
    seen_at: instantJson(info.seenAt),
    version: info.version,
    started_at: instantJson(info.startedAt),
    places: info.places,
    busy: info.busy,
    buffered: info.buffered,
    throttled: info.throttled,
    event_loop_delay_ms: info.eventLoopDelayMs,
    types: [...info.types],
  };
}
