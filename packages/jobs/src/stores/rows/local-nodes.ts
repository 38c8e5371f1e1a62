import type {
  JoiningNode,
  Membership,
  NodeDrain,
  NodeListener,
  NodeView,
} from '../../core/nodes/membership.ts';
import { without } from '../../core/objects.ts';
import type { DrainNodeInput, DrainNodeResult } from '../../core/store/store-commands.ts';
import type { DeclaringNode } from '../../core/store/store-declarations.ts';
import type { RecordedChange } from '../../core/transactions/record-change.ts';

interface LocalNode {
  readonly node: JoiningNode;
  readonly listener: NodeListener;
  drain: NodeDrain | undefined;
}

/** The nodes of a store in this process, usually one. There are no other nodes to notify. */
export class LocalNodes {
  readonly #joined = new Map<string, LocalNode>();
  #lastDrain: Promise<unknown> = Promise.resolve();

  join(node: JoiningNode, listener: NodeListener): Membership {
    this.#joined.set(node.id, { node, listener, drain: node.drain });
    return {
      notify: () => undefined,
      watch: () => undefined,
      leave: async () => void this.#joined.delete(node.id),
    };
  }

  list(now: number): readonly NodeView[] {
    return [...this.#joined.values()].map(({ node, listener, drain }) => ({
      ...without(node, 'declares'),
      ...listener.state(),
      drain,
      beatAt: now,
      stalledMs: 0,
    }));
  }

  /** The nodes that declare jobs. */
  declaring(): readonly DeclaringNode[] {
    return [...this.#joined.values()].flatMap(({ node: { id, release = 0, startedAt, declares } }) =>
      declares === undefined ? [] : [{ id, release, startedAt, declares }],
    );
  }

  /** Drains or resumes a node, once `record` has written the audit entry. One change at a time. */
  drain(
    input: DrainNodeInput,
    record: (change: RecordedChange) => Promise<unknown>,
  ): Promise<DrainNodeResult> {
    const done = this.#lastDrain.then(() => this.#drain(input, record));
    this.#lastDrain = done.catch(() => undefined);
    return done;
  }

  async #drain(
    { nodeId, drain, audit }: DrainNodeInput,
    record: (change: RecordedChange) => Promise<unknown>,
  ): Promise<DrainNodeResult> {
    const local = this.#joined.get(nodeId);
    if (local === undefined) return 'absent';
    if ((local.drain === undefined) === (drain === undefined)) return 'unchanged';
    if (audit !== undefined) await record({ audit, target: nodeId });
    local.drain = drain;
    local.listener.drain(drain);
    return 'done';
  }
}
