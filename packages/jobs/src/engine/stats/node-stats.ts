import type { NodeInfo, NodeState, NodeView } from '../../core/nodes/membership.ts';
import type { NodeStats } from '../ports/engine-stats.ts';

/** A node is late once it has left out two heartbeats. */
const LATE_MS = 10_000;

export interface NodeSelf extends NodeInfo, NodeState {
  readonly isMember: boolean;
}

/** All live nodes: this one first, then the others with what they last reported. */
export function nodeStats(nodes: readonly NodeView[], self: NodeStats, now: number): NodeStats[] {
  const own = nodes.find(({ id }) => id === self.node);
  const others = nodes
    .filter(({ id }) => id !== self.node)
    .map((node) => ({ ...statsOf(node), health: healthOf(node, now), seenAt: node.beatAt }));
  return [own === undefined ? self : withDrain(self, own), ...others];
}

/** The store knows of a drain a moment earlier than the node itself. */
function withDrain(self: NodeStats, { drain }: NodeView): NodeStats {
  const isWorking = self.health === 'ok' || self.health === 'draining';
  return { ...self, drain, health: isWorking ? workOf({ drain }) : self.health };
}

export function selfStats(
  self: NodeSelf,
  { now, isFailing }: { readonly now: number; readonly isFailing: boolean },
): NodeStats {
  const health = isFailing ? 'failing' : self.isMember ? workOf(self) : 'joining';
  return { ...statsOf(self), health, seenAt: now };
}

function statsOf(node: NodeInfo & NodeState): Omit<NodeStats, 'health' | 'seenAt'> {
  const { id, host, pid, drain, version, release, startedAt, places } = node;
  const { busy, buffered, throttled, eventLoopDelayMs, types } = node;
  return {
    node: id,
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid }),
    drain,
    version,
    ...(release === undefined ? {} : { release }),
    startedAt,
    places,
    busy,
    buffered,
    throttled,
    eventLoopDelayMs,
    types: Object.keys(types),
  };
}

function healthOf(node: NodeView, now: number): NodeStats['health'] {
  const { beatAt, stalledMs } = node;
  if (now - beatAt > LATE_MS) return 'late';
  return stalledMs > 0 ? 'stalled' : workOf(node);
}

function workOf({ drain }: Pick<NodeInfo, 'drain'>): 'ok' | 'draining' {
  return drain === undefined ? 'ok' : 'draining';
}
