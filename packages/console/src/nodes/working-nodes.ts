import type { JobNode } from '@greenvue/jobs/client';

type Drainable = Pick<JobNode, 'node' | 'places' | 'draining'>;

/** Whether each node that could run jobs is drained, so that no run starts. */
export function areAllDrained(nodes: readonly Drainable[]): boolean {
  const able = nodes.filter(({ places }) => places > 0);
  return able.length > 0 && able.every(({ draining }) => draining !== null);
}

/** Whether no other node could run what this one leaves. */
export function isLastWorking(node: Drainable, nodes: readonly Drainable[]): boolean {
  return areAllDrained([
    { ...node, draining: { since: '', by: null } },
    ...nodes.filter((other) => other.node !== node.node),
  ]);
}
