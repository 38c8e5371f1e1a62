import { z } from 'zod';
import type { NodeStats } from '../../engine/ports/engine-stats.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { text } from '../fields/text.ts';

const count = z.int();

/** A live node. */
export const nodeSchema = z.object({
  node: z.string().describe('Id of the node; each start of the server gets a new one'),
  health: z
    .enum(['ok', 'late', 'stalled', 'joining', 'failing', 'draining'])
    .describe(
      'late: no heartbeat for 10 s (after 15 s the node counts as dead); stalled: its event loop is blocked; joining: it has no contact with the other nodes and claims no runs; failing: for 5 s it could not write or claim runs, for example because the disk is full; draining: it was drained',
    ),
  seen_at: instantSchema.describe('Time of this report from the node: at most 5 s ago, unless it is late'),
  host: z.string().nullable().describe('The name of its machine; null for a node of an older version'),
  pid: count.nullable().describe('Its process id on this machine'),
  draining: z
    .object({ since: instantSchema, by: z.string().nullable() })
    .nullable()
    .describe(
      'Since when the node finishes its runs and claims no more, and who asked; null: it is not drained',
    ),
  version: z.string(),
  release: count.nullable().describe('The release of its program, which declares jobs; null: it gives none'),
  started_at: instantSchema,
  places: count,
  busy: count,
  buffered: count.describe('Claimed runs that wait for a free place'),
  throttled: z
    .boolean()
    .describe('true: the engine claims fewer runs because the event loop has fallen behind'),
  event_loop_delay_ms: z.number().describe('99th percentile over the last second'),
  types: z.array(z.string()),
});

export type NodeJson = z.output<typeof nodeSchema>;

/** The response of GET /nodes. */
export const nodesSchema = z.object({ data: z.array(nodeSchema) });

export const nodeParams = z.strictObject({ node_id: text({ min: 1, max: 200 }) });

export function nodeJson(info: NodeStats): NodeJson {
  return {
    node: info.node,
    health: info.health,
    seen_at: instantJson(info.seenAt),
    host: info.host ?? null,
    pid: info.pid ?? null,
    draining:
      info.drain === undefined ? null : { since: instantJson(info.drain.since), by: info.drain.by ?? null },
    version: info.version,
    release: info.release ?? null,
    started_at: instantJson(info.startedAt),
    places: info.places,
    busy: info.busy,
    buffered: info.buffered,
    throttled: info.throttled,
    event_loop_delay_ms: info.eventLoopDelayMs,
    types: [...info.types],
  };
}
