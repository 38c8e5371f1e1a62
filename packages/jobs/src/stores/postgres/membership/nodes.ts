import { LEVEL_KEY, type NodeView, type TypeVersions } from '../../../core/nodes/membership.ts';
import type { DrainNodeInput, DrainNodeResult } from '../../../core/store/store-commands.ts';
import type { DeclaringNode } from '../../../core/store/store-declarations.ts';
import { recordChange } from '../../../core/transactions/record-change.ts';
import { rowOf } from '../../rows/first-column.ts';
import { namesIn } from '../../rows/stored-json.ts';
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
  const { state, drain, host, pid, release, ...row } = raw as Omit<
    NodeView,
    keyof BeatState | 'drain' | 'host' | 'pid' | 'release'
  > & {
    readonly types: TypeVersions;
    readonly state: string;
    readonly drain: string | null;
    readonly host: string | null;
    readonly pid: number | null;
    readonly release: number | null;
  };
  const { busy, buffered, throttled, eventLoopDelayMs, stalledMs } = JSON.parse(state) as BeatState;
  return {
    ...row,
    ...(host === null ? {} : { host }),
    ...(pid === null ? {} : { pid }),
    ...(release === null ? {} : { release }),
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

/** One transaction that declares jobs at a time (P28, jobs in code). It runs before it locks any job. */
export async function lockDeclarations(u: Unit): Promise<readonly DeclaringNode[]> {
  await u.q.arrays('SELECT pg_advisory_xact_lock($1::bigint)::text', [DECLARATIONS_LOCK]);
  return (await u.q.arrays(DECLARING_NODES)).map((row) => {
    const [id, release, startedAt, declares] = rowOf<[string, number, number, string]>(row);
    return { id, release, startedAt, declares: namesIn(declares) };
  });
}

/** An arbitrary number. */
const DECLARATIONS_LOCK = 7_236_451_928;

const IS_LIVE = 'lease_until > extract(epoch FROM clock_timestamp()) * 1000';
const DRAIN = `WITH changed AS (
    UPDATE greenvue_jobs.nodes SET drain = $2
    WHERE id = $1 AND ${IS_LIVE} AND (drain IS NULL) <> ($2::text IS NULL) RETURNING 1)
  SELECT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE id = $1 AND ${IS_LIVE}), EXISTS (SELECT FROM changed)`;

const DECLARING_NODES = `SELECT id, coalesce(release, 0), started_at, declares FROM greenvue_jobs.nodes
  WHERE declares IS NOT NULL AND ${IS_LIVE}`;

const LIVE_NODES = `SELECT id, host, pid, drain, release, version, places, types - '${LEVEL_KEY}' AS types, started_at AS "startedAt", beat_at AS "beatAt", state
  FROM greenvue_jobs.nodes WHERE lease_until > extract(epoch FROM clock_timestamp()) * 1000
  ORDER BY started_at, id`;
