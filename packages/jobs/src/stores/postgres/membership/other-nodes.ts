import { isDeepStrictEqual } from 'node:util';
import { NO_OTHERS, type NodeInfo, newestOf, type Others } from '../../../core/nodes/membership.ts';
import { versionsParam } from '../rows/type-keys.ts';
import type { ControlConnection } from './control-connection.ts';
import type { FromControl } from './control-protocol.ts';
import { LOOK, NOTE_SERVER } from './control-statements.ts';
import { deadAmong, type Seen, type SeenNode } from './dead-nodes.ts';

type LookRow = [pid: number, isOther: boolean, isDue: boolean, limits: number, node: SeenNode | null];

/** Checks the other nodes over a given connection, and reports to this node's main thread. */
export class OtherNodes {
  readonly #node: NodeInfo;
  readonly #report: (message: FromControl) => void;
  readonly #seen: Seen = new Map();
  #others: Others = NO_OTHERS;

  constructor(node: NodeInfo, report: (message: FromControl) => void) {
    this.#node = node;
    this.#report = report;
  }

  /** The number of other nodes at the last look. */
  get count(): number {
    return this.#others.count;
  }

  /**
   * Checks the other nodes, and with `getsNoNotices` also for due work. Returns the backend that answered,
   * and the time of the answer.
   */
  async look(on: ControlConnection, getsNoNotices: boolean) {
    const { id, types } = this.#node;
    const sentAt = performance.now();
    const rows = (await on.rows(LOOK, [versionsParam(types), id, getsNoNotices])) as LookRow[];
    const answeredAt = performance.now();
    const [first] = rows;
    if (first === undefined) throw new Error('the row of the server is gone');
    const [pid, isOther, isDue, revision] = first;
    if (isOther) await on.rows(NOTE_SERVER);
    const nodes = rows.flatMap(([, , , , one]) => one ?? []);
    const dead = deadAmong(nodes, this.#seen, { sentAt, answeredAt });
    if (dead.length > 0) this.#report({ kind: 'dead', nodes: dead });
    const others: Others = {
      count: nodes.length,
      isWatching: nodes.some((other) => other.isWatching),
      types: newestOf(nodes.map((other) => other.types)),
    };
    if (!isDeepStrictEqual(others, this.#others)) {
      this.#others = others;
      this.#report({ kind: 'others', others });
    }
    // Each time, so that the main thread tries again if it can't read them.
    if (revision > 0) this.#report({ kind: 'limits', revision });
    if (isDue) this.#report({ kind: 'notices', notices: [{ kind: 'wake' }] });
    return { pid, answeredAt };
  }
}
