import { isDeepStrictEqual } from 'node:util';
import { NO_OTHERS, type NodeInfo, newestOf, type Others } from '../../../core/nodes/membership.ts';
import { versionsParam } from '../rows/type-keys.ts';
import type { ControlConnection } from './control-connection.ts';
import type { FromControl } from './control-protocol.ts';
import { LOOK, NOTE_SERVER, seenNodeOf } from './control-statements.ts';
import { deadAmong, type Seen } from './dead-nodes.ts';

/** Checks the other nodes, over whichever connection works, and reports to this node's main thread. */
export class OthersWatch {
  readonly #node: NodeInfo;
  readonly #types: string;
  readonly #tell: (message: FromControl) => void;
  #others: Others = NO_OTHERS;
  readonly #seen: Seen = new Map();

  constructor(node: NodeInfo, tell: (message: FromControl) => void) {
    this.#node = node;
    this.#types = versionsParam(node.types);
    this.#tell = tell;
  }

  /** The number of other nodes at the last look. */
  get count(): number {
    return this.#others.count;
  }

  /**
   * `isDeaf`: no notices arrive, so this also asks whether something is due. Returns the backend that
   * answered, and when it did.
   */
  async look(
    on: ControlConnection,
    isDeaf: boolean,
  ): Promise<{ readonly pid: unknown; readonly answeredAt: number }> {
    const sentAt = performance.now();
    const rows = await on.rows(LOOK, [this.#types, this.#node.id, isDeaf]);
    const answeredAt = performance.now();
    const [first] = rows;
    if (first === undefined) throw new Error('the row of the server is gone');
    const [pid, isOther, isDue] = first;
    if (isOther === true) await on.rows(NOTE_SERVER);
    const nodes = rows.flatMap(seenNodeOf);
    const dead = deadAmong(nodes, this.#seen, { sentAt, answeredAt });
    if (dead.length > 0) this.#tell({ kind: 'dead', nodes: dead });
    this.#know({
      count: nodes.length,
      isWatching: nodes.some((other) => other.isWatching),
      types: newestOf(nodes.map((seen) => seen.types)),
    });
    if (isDue === true) this.#tell({ kind: 'notices', notices: [{ kind: 'wake' }] });
    return { pid, answeredAt };
  }

  #know(now: Others): void {
    if (isDeepStrictEqual(now, this.#others)) return;
    this.#others = now;
    this.#tell({ kind: 'others', others: now });
  }
}
