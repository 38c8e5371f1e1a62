import type { NodeView, TypeVersions } from '../../../core/nodes/membership.ts';
import type { DrainNodeInput, DrainNodeResult } from '../../../core/store/store-commands.ts';
import { recordChange } from '../../../core/transactions/record-change.ts';
import type { Statements } from '../connection/queries.ts';
import { runIn } from '../tables/tables.ts';
import type { Unit } from '../tables/unit.ts';
import { type BeatState, CHANNEL, drainIn, type NoticeMessage } from './control-protocol.ts';
import { NOTIFY_NODES } from './control-statements.ts';

/** The live nodes, oldest first. */
export async function listNodes(db: Statements): Promise<readonly NodeView[]> {
  return (await db.objects(LIVE_NODES)).map(nodeViewOf);
}

function nodeViewOf(raw: unknown): NodeView {
  const { state, drain, host, pid, ...row } = raw as Omit<
    NodeView,
    keyof BeatState | 'drain' | 'host' | 'pid'
  > & {
    readonly types: TypeVersions;
    readonly state: string;
    readonly drain: string | null;
    readonly host: string | null;
    readonly pid: number | null;
  };
  const { busy, buffered, throttled, eventLoopDelayMs, stalledMs } = JSON.parse(state) as BeatState;
  return {
    ...row,
    ...(host === null ? {} : { host }),
    ...(pid === null ? {} : { pid }),
    drain: drainIn(drain),
    busy,
    buffered,
    throttled,
    eventLoopDelayMs,
    stalledMs,
  };
}

/** Drains a live node, or resumes it, and tells it to look. Returns which it was, before the change. */
export async function drainNode(u: Unit, { nodeId, drain, audit }: DrainNodeInput): Promise<DrainNodeResult> {
  const text = drain === undefined ? null : JSON.stringify(drain);
  const notice = { from: '', notices: [{ kind: 'node_drain', nodeId }] } satisfies NoticeMessage;
  const [row] = await u.q.arrays(DRAIN, [nodeId, text]);
  const [isThere, isChanged] = row as [boolean, boolean];
  if (!isThere) return 'absent';
  if (!isChanged) return 'unchanged';
  if (audit !== undefined) await runIn(u, recordChange({ audit, target: nodeId }));
  await u.q.arrays(NOTIFY_NODES, [CHANNEL, JSON.stringify(notice)]);
  return 'done';
}

const IS_LIVE = 'lease_until > extract(epoch FROM clock_timestamp()) * 1000';
const DRAIN = `WITH changed AS (
    UPDATE greenvue_jobs.nodes SET drain = $2
    WHERE id = $1 AND ${IS_LIVE} AND (drain IS NULL) <> ($2::text IS NULL) RETURNING 1)
  SELECT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE id = $1 AND ${IS_LIVE}), EXISTS (SELECT FROM changed)`;

const LIVE_NODES = `SELECT id, host, pid, drain, version, places, types, started_at AS "startedAt", beat_at AS "beatAt", state
  FROM greenvue_jobs.nodes WHERE lease_until > extract(epoch FROM clock_timestamp()) * 1000
  ORDER BY started_at, id`;
