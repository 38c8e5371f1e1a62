import type { JobNode } from '@greenvue/jobs/client';

type Named = Pick<JobNode, 'node' | 'host' | 'pid'>;

/**
 * What people call each node: its machine and process, and the begin of its id if another node has the same.
 * A node of an older version has only its id.
 */
export function nodeNames(nodes: readonly Named[]): readonly string[] {
  const names = nodes.map(machineOf);
  return nodes.map(({ node }, index) => {
    const name = names[index] ?? node;
    return names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}, ${node.slice(0, 8)}`;
  });
}

function machineOf({ node, host, pid }: Named): string {
  if (host === null) return node;
  return pid === null ? host : `${host} (process ${pid})`;
}
