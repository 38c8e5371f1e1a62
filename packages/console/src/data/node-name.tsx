import { useMemo } from 'react';
import { Plain } from '../ui/text/text.tsx';
import { nodeNames } from './node-names.ts';
import { useNodes } from './queries/nodes-query.ts';

/** A node by the name that people know; its id is the title. A node that has ended has only its id. */
export function NodeName({ id }: { readonly id: string }) {
  const nameOf = useNodeNames();
  return (
    <span title={id}>
      <Plain>{nameOf(id)}</Plain>
    </span>
  );
}

/** What people call the node with an id. */
export function useNodeNames(): (id: string) => string {
  const { data: nodes } = useNodes();
  return useMemo(() => {
    const names = nodeNames(nodes ?? []);
    const byId = new Map(nodes?.map(({ node }, index) => [node, names[index] ?? node]));
    return (id) => byId.get(id) ?? id;
  }, [nodes]);
}
