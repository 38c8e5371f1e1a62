import type { NodeView, TypeVersions } from '../../../core/nodes/membership.ts';
import type { Statements } from '../connection/queries.ts';
import type { BeatState } from './control-protocol.ts';

/** The live nodes, oldest first. */
export async function listNodes(db: Statements): Promise<readonly NodeView[]> {
  return (await db.objects(LIVE_NODES)).map(nodeViewOf);
}

function nodeViewOf(raw: unknown): NodeView {
  const { state, ...row } = raw as Omit<NodeView, keyof BeatState> & { types: TypeVersions; state: string };
  const { busy, buffered, throttled, eventLoopDelayMs, stalledMs } = JSON.parse(state) as BeatState;
  return { ...row, busy, buffered, throttled, eventLoopDelayMs, stalledMs };
}

const LIVE_NODES = `SELECT id, version, places, types, started_at AS "startedAt", beat_at AS "beatAt", state
  FROM greenvue_jobs.nodes WHERE lease_until > extract(epoch FROM clock_timestamp()) * 1000
  ORDER BY started_at, id`;
