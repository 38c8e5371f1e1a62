import type { Database } from '../../database.ts';
import { rowOf } from '../../rows/run-rows.ts';

const NOTE_EVERY_MS = 3_600_000;

/** The small keys of nodes. */
export class NodeKeys {
  readonly #db: Database;
  readonly #keys = new Map<string, number>();
  readonly #names = new Map<number, string>();
  #notedAt = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  keyOf(node: string, now: number): number {
    const known = this.#keys.get(node);
    if (known !== undefined) return known;
    const [key] = rowOf<[number]>(this.#db.arrays(KEEP_NODE).get(node, now));
    this.#keys.set(node, key);
    return key;
  }

  /** A property, so that a statement's rows can be mapped with it. */
  readonly nameOf = (key: number): string => {
    let name = this.#names.get(key);
    if (name === undefined) {
      [name] = rowOf<[string]>(this.#db.arrays(NODE_NAME).get(key) ?? ['unknown']);
      this.#names.set(key, name);
    }
    return name;
  };

  /**
   * Records that this process's nodes are alive, and deletes nodes last seen before `before`. Returns how
   * many.
   */
  prune({ now, before }: { readonly now: number; readonly before: number }): number {
    if (Math.abs(now - this.#notedAt) >= NOTE_EVERY_MS) {
      for (const key of this.#keys.values()) this.#db.write(NOTE_NODE, now, key);
      this.#notedAt = now;
    }
    return Number(this.#db.statement(FORGET_NODES).run(before).changes);
  }
}

const NODE_NAME = 'SELECT id FROM nodes WHERE key = ?';
const NOTE_NODE = 'UPDATE nodes SET seen_at = ? WHERE key = ?';
const FORGET_NODES = 'DELETE FROM nodes WHERE seen_at < ?';
const KEEP_NODE = `INSERT INTO nodes (id, seen_at) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at) RETURNING key`;
