import type { NodeInfo, NodeState, NodeView } from '../../core/nodes/membership.ts';
import type { NodeStats } from '../engine-stats.ts';

/** A node is late once it has left out two heartbeats. */
const LATE_MS = 10_000;

export interface NodeSelf extends NodeInfo, NodeState {
  readonly isMember: boolean;
}

/** All live nodes: this one first, then the others with what they last reported. */
export function nodeStats(nodes: readonly NodeView[], self: NodeStats, now: number): NodeStats[] {
  const others = nodes
    .filter(({ id }) => id !== self.node)
    .map((node) => ({ ...statsOf(node), health: healthOf(node, now), seenAt: node.beatAt }));
  return [self, ...others];
}

export function selfStats(
  self: NodeSelf,
  { now, isFailing }: { readonly now: number; readonly isFailing: boolean },
): NodeStats {
  const health = isFailing ? 'failing' : self.isMember ? 'ok' : 'joining';
  return { ...statsOf(self), health, seenAt: now };
}

function statsOf(node: NodeInfo & NodeState): Omit<NodeStats, 'health' | 'seenAt'> {
  const { id, version, startedAt, places, busy, buffered, throttled, eventLoopDelayMs, types } = node;
  return {
    node: id,
    version,
    startedAt,
    places,
    busy,
    buffered,
    throttled,
    eventLoopDelayMs,
    types: Object.keys(types),
  };
}

function healthOf({ beatAt, stalledMs }: NodeView, now: number): NodeStats['health'] {
  if (now - beatAt > LATE_MS) return 'late';
  return stalledMs > 0 ? 'stalled' : 'ok';
}
