import { FREE_TWICE_MS } from '../../../core/nodes/lease.ts';
import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { BEAT_EVERY_MS, type DeadNode } from './control-protocol.ts';

/** Another node, as one look sees it. */
export interface SeenNode {
  readonly id: string;
  readonly beatAt: number;
  /** Its lease is over. */
  readonly isExpired: boolean;
  /** Its lock is held by nobody. */
  readonly isFree: boolean;
  readonly isWatching: boolean;
  readonly types: TypeVersions;
}

/** When a look was sent, and when its answer was there (monotonic ms): what it saw lies in between. */
export interface Looked {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * What was seen of nodes: since when it is the same heartbeat, and since when their lock was free with it.
 */
export type Seen = Map<string, { readonly beatAt: number; readonly at: number; readonly freeAt?: number }>;

/** A living node whose lease is over only since the server's clock has jumped renews it within this time. */
const SILENT_MS = BEAT_EVERY_MS + 2_000;

/**
 * The dead nodes. Either their lease is over, or their lock was free in two looks at least 500 ms apart; and
 * no heartbeat came meanwhile. Keeps in `seen` the state for the next look.
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
