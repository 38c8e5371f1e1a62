import type { NodeInfo, NodeListener, NodeView } from '../../core/nodes/membership.ts';
import type { JobStore } from '../../core/store/store.ts';

/**
 * The nodes on this store: one, as a rule. There are no others to tell anything, and it is asked itself how
 * it is.
 */
export function createLocalNodes(): {
  readonly join: JobStore['join'];
  list(now: number): readonly NodeView[];
} {
  const joined = new Map<string, { readonly node: NodeInfo; readonly listener: NodeListener }>();
  return {
    async join(node, listener) {
      joined.set(node.id, { node, listener });
      return {
        notify: () => undefined,
        watch: () => undefined,
        leave: async () => void joined.delete(node.id),
      };
    },
    list: (now) =>
      [...joined.values()].map(({ node, listener }) => ({
        ...node,
        ...listener.state(),
        beatAt: now,
        stalledMs: 0,
      })),
  };
}
