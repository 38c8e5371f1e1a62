import { z } from 'zod';
import type { EngineStats, NodeInfo } from '../engine/engine-port.ts';
import { instantJson, instantSchema } from './instant.ts';

const count = z.int();

const nodeSchema = z.object({
  node: z.string(),
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
  nodes: z.array(nodeSchema),
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

function nodeJson(info: NodeInfo): StatsJson['nodes'][number] {
  return {
    node: info.node,
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
