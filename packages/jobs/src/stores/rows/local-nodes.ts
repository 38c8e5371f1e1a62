import type { Membership, NodeInfo, NodeListener, NodeView } from '../../core/nodes/membership.ts';

/** The nodes on this store: one, as a rule. It has no other nodes to tell anything, and answers for itself. */
export class LocalNodes {
  readonly #joined = new Map<string, { readonly node: NodeInfo; readonly listener: NodeListener }>();

  join(node: NodeInfo, listener: NodeListener): Membership {
    this.#joined.set(node.id, { node, listener });
    return {
      notify: () => undefined,
      watch: () => undefined,
      leave: async () => void this.#joined.delete(node.id),
    };
  }

  list(now: number): readonly NodeView[] {
    return [...this.#joined.values()].map(({ node, listener }) => ({
      ...node,
      ...listener.state(),
      beatAt: now,
      stalledMs: 0,
    }));
  }
}
