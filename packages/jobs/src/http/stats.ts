import { z } from 'zod';
import type { EngineStats, NodeStats } from '../engine/engine-port.ts';
import { instantJson, instantSchema } from './instant.ts';

const count = z.int();

const nodeSchema = z.object({
  node: z.string().describe('Its id: another one with each start'),
  health: z
    .enum(['ok', 'late', 'stalled', 'joining'])
    .describe(
      'late: no heartbeat for 10 s, and taken for dead after 15; stalled: its event loop stands still; joining: cut off from the others, it claims nothing',
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

/** What GET /job-stats answers with. */
export const statsSchema = z.object({
  now: instantSchema,
  jobs: z.object({ active: count, paused: count, finished: count }),
  runs: z.object({ queued: count, held: count, running: count }),
  last_minute: z.object({
    started: count,
    finished: z.object({ succeeded: count, failed: count, cancelled: count, retried: count }),
    lateness_ms: z
      .object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
      .nullable()
      .describe('From due to started; null when nothing started'),
  }),
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
  const { lastMinute } = stats;
  return {
    now: instantJson(stats.now),
    jobs: { ...stats.jobs },
    runs: { ...stats.runs },
    last_minute: {
      started: lastMinute.started,
      finished: { ...lastMinute.finished },
      lateness_ms: lastMinute.latenessMs === undefined ? null : { ...lastMinute.latenessMs },
    },
    hours: stats.hours.map(({ hour, status, count }) => ({ hour: instantJson(hour), status, count })),
    nodes: stats.nodes.map(nodeJson),
  };
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
