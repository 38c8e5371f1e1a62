import type { JobNode } from '@greenvue/jobs/client';

type Worker = Pick<JobNode, 'node' | 'places' | 'draining' | 'health'>;

/**
 * Why no run starts although there are nodes: all of them are drained, or some are and the others do not
 * work. Undefined: a node works, or none is drained.
 */
export function whyNoneWorks(nodes: readonly Worker[]): 'drained' | 'unhealthy' | undefined {
  const able = nodes.filter(({ places }) => places > 0);
  const drained = able.filter(({ draining }) => draining !== null);
  if (drained.length === 0 || able.some(works)) return undefined;
  return drained.length === able.length ? 'drained' : 'unhealthy';
}

/** Whether no other node could run what this one leaves. */
export function isLastWorking(node: Worker, nodes: readonly Worker[]): boolean {
  return node.places > 0 && !nodes.some((other) => other.node !== node.node && works(other));
}

/** Whether a node starts runs now. */
function works({ places, draining, health }: Worker): boolean {
  return places > 0 && draining === null && health === 'ok';
}

/** Whether a drained node can be stopped: it has left nothing to run or to write. */
export function isEmpty({ busy, buffered, health }: Pick<JobNode, 'busy' | 'buffered' | 'health'>): boolean {
  return busy === 0 && buffered === 0 && health === 'draining';
}
