import type { Membership, NodeInfo, NodeListener, NodeView } from '../../core/nodes/membership.ts';

/** The nodes of a store in this process, usually one. There are no other nodes to notify. */
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
