import type { TypeVersions } from '../../../core/nodes/membership.ts';
import type { Database } from '../database.ts';
import { rowOf } from '../rows/run-rows.ts';

type TypeKey = [key: number, type: string, version: number];

export type TypeKeys = ReturnType<typeof createTypeKeys>;

/** The small keys of job types in one version each. */
export function createTypeKeys(db: Database) {
  const known = db
    .arrays('SELECT key, type, version FROM job_types')
    .all()
    .map((row) => rowOf<TypeKey>(row));
  return {
    keyOf(type: string, version: number): number {
      const found = known.find(([, itsType, itsVersion]) => itsType === type && itsVersion === version);
      if (found !== undefined) return found[0];
      const [key] = rowOf<[number]>(db.arrays(ADD_TYPE).get(type, version));
      known.push([key, type, version]);
      return key;
    },
    /**
     * The keys of all that a node with `types` can run: these types, in that version or an older one (P22,
     * types and deploys).
     */
    knownTo: (types: TypeVersions): readonly number[] =>
      known.filter(([, type, version]) => version <= (types[type] ?? 0)).map(([key]) => key),
  };
}

export type NodeKeys = ReturnType<typeof createNodeKeys>;

/** The small keys of nodes. */
export function createNodeKeys(db: Database) {
  const keys = new Map<string, number>();
  const names = new Map<number, string>();
  let notedAt = 0;
  return {
    keyOf(node: string, now: number): number {
      const known = keys.get(node);
      if (known !== undefined) return known;
      const [key] = rowOf<[number]>(db.arrays(KEEP_NODE).get(node, now));
      keys.set(node, key);
      return key;
    },
    nameOf(key: number): string {
      let name = names.get(key);
      if (name === undefined) {
        [name] = rowOf<[string]>(db.arrays('SELECT id FROM nodes WHERE key = ?').get(key) ?? ['unknown']);
        names.set(key, name);
      }
      return name;
    },
    /**
     * Notes that this process's nodes still live, and forgets those last seen before `before`. Returns how
     * many.
     */
    prune({ now, before }: { readonly now: number; readonly before: number }): number {
      if (Math.abs(now - notedAt) >= NOTE_EVERY_MS) {
        for (const key of keys.values()) db.write(NOTE_NODE, now, key);
        notedAt = now;
      }
      return Number(db.statement(FORGET_NODES).run(before).changes);
    },
  };
}

const ADD_TYPE = 'INSERT INTO job_types (type, version) VALUES (?, ?) RETURNING key';
const NOTE_EVERY_MS = 3_600_000;
const NOTE_NODE = 'UPDATE nodes SET seen_at = ? WHERE key = ?';
const FORGET_NODES = 'DELETE FROM nodes WHERE seen_at < ?';
const KEEP_NODE = `INSERT INTO nodes (id, seen_at) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at) RETURNING key`;
