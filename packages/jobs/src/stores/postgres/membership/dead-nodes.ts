import { FREE_TWICE_MS } from '../../../core/nodes/lease.ts';
import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { BEAT_EVERY_MS, type DeadNode } from './control-protocol.ts';

/** Another node in the result of one look. */
export interface SeenNode {
  readonly id: string;
  readonly beatAt: number;
  /** Its lease has ended. */
  readonly isExpired: boolean;
  /** No process holds its lock. */
  readonly isFree: boolean;
  readonly isWatching: boolean;
  readonly types: TypeVersions;
}

/** When a look was sent and answered (monotonic ms). The database read the nodes between the two. */
export interface Looked {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * For each node: its last heartbeat, since when it has had this heartbeat, and since when its lock was also
 * free.
 */
export type Seen = Map<string, { readonly beatAt: number; readonly at: number; readonly freeAt?: number }>;

/** A node that seems expired only because the server's clock jumped renews its lease within this time. */
const SILENT_MS = BEAT_EVERY_MS + 2_000;

/**
 * Returns the dead nodes: their lease has ended, or their lock was free in two looks at least 500 ms apart.
 * A node that sent a heartbeat meanwhile is not dead. Updates `seen` for the next look.
 */
export function deadAmong(
  nodes: readonly SeenNode[],
  seen: Seen,
  { sentAt, answeredAt }: Looked,
): DeadNode[] {
  const dead: DeadNode[] = [];
  const before = new Map(seen);
  seen.clear();
  for (const { id, beatAt, isExpired, isFree } of nodes) {
    const known = before.get(id);
    const { at, freeAt } = known?.beatAt === beatAt ? known : { at: answeredAt };
    const isSilent = isExpired && sentAt - at >= SILENT_MS;
    const isGone = isFree && freeAt !== undefined && sentAt - freeAt >= FREE_TWICE_MS;
    if (isSilent || isGone) dead.push({ id, beatAt });
    seen.set(id, { beatAt, at, ...(isFree ? { freeAt: freeAt ?? answeredAt } : {}) });
  }
  return dead;
}
