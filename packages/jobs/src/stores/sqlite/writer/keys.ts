import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { Database } from '../database.ts';
import { nameOf, typeKeyOf } from '../rows/run-rows.ts';

/** The small keys of job types in one version each. */
export interface TypeKeys {
  keyOf(type: string, version: number): number;
  /**
   * The keys of all that a node with `types` can run: these types, in that version or an older one (P22,
   * types and deploys).
   */
  knownTo(types: TypeVersions): readonly number[];
}

export function createTypeKeys(db: Database): TypeKeys {
  const known = db.arrays('SELECT key, type, version FROM job_types').all().map(typeKeyOf);
  return {
    keyOf(type, version) {
      const found = known.find((one) => one.type === type && one.version === version);
      if (found !== undefined) return found.key;
      const made = db
        .arrays('INSERT INTO job_types (type, version) VALUES (?, ?) RETURNING key, type, version')
        .get(type, version);
      const key = typeKeyOf(made);
      known.push(key);
      return key.key;
    },
    knownTo: (types) =>
      known.filter(({ type, version }) => version <= (types[type] ?? 0)).map(({ key }) => key),
  };
}

/** The small keys of nodes. */
export interface NodeKeys {
  keyOf(node: string, now: number): number;
  nameOf(key: number): string;
  /**
   * Notes that this process's nodes still live, and forgets those last seen before `before`. Returns how
   * many.
   */
  prune(input: { readonly now: number; readonly before: number }): number;
}

export function createNodeKeys(db: Database): NodeKeys {
  const keys = new Map<string, number>();
  const names = new Map<number, string>();
  let notedAt = 0;
  return {
    keyOf(node, now) {
      const known = keys.get(node);
      if (known !== undefined) return known;
      const key = numberOf(db.arrays(KEEP_NODE).get(node, now));
      if (key === undefined) throw new Error('a node was not kept');
      keys.set(node, key);
      return key;
    },
    nameOf(key) {
      let name = names.get(key);
      if (name === undefined) {
        name = nameOf(db.arrays('SELECT id FROM nodes WHERE key = ?').get(key)) ?? 'unknown';
        names.set(key, name);
      }
      return name;
    },
    prune({ now, before }) {
      if (Math.abs(now - notedAt) >= NOTE_EVERY_MS) {
        for (const key of keys.values()) db.write(NOTE_NODE, now, key);
        notedAt = now;
      }
      return Number(db.statement(FORGET_NODES).run(before).changes);
    },
  };
}

const NOTE_EVERY_MS = 3_600_000;
const NOTE_NODE = 'UPDATE nodes SET seen_at = ? WHERE key = ?';
const FORGET_NODES = 'DELETE FROM nodes WHERE seen_at < ?';
const KEEP_NODE = `INSERT INTO nodes (id, seen_at) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at) RETURNING key`;
