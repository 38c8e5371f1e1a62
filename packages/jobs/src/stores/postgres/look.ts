import type { TypeVersions } from '../../core/store.ts';
import { type DeadNode, LOOK_EVERY_MS } from './control-protocol.ts';

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

/** What was seen of nodes whose lock was free. */
export type SeenFree = Map<string, { readonly beatAt: number; readonly at: number }>;

/**
 * Which nodes are dead: those whose lease is over, and those whose lock was free in two looks at least 500 ms apart with no newer
 * heartbeat in between. Keeps in `seenFree` what the next look has to know.
 */
export function deadAmong(
  nodes: readonly SeenNode[],
  seenFree: SeenFree,
  { sentAt, answeredAt }: Looked,
): DeadNode[] {
  const dead: DeadNode[] = [];
  const free = new Set<string>();
  for (const { id, beatAt, isExpired, isFree } of nodes) {
    if (isFree) free.add(id);
    const before = seenFree.get(id);
    const isSame = isFree && before?.beatAt === beatAt;
    if (isExpired || (isSame && sentAt - before.at >= LOOK_EVERY_MS)) dead.push({ id, beatAt });
    else if (isFree && !isSame) seenFree.set(id, { beatAt, at: answeredAt });
  }
  for (const id of seenFree.keys()) if (!free.has(id)) seenFree.delete(id);
  return dead;
}
