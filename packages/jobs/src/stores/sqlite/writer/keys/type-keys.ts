import type { TypeVersions } from '../../../../core/nodes/membership.ts';
import type { Database } from '../../database.ts';
import { rowOf } from '../../rows/run-rows.ts';

type TypeKey = [key: number, type: string, version: number];

/** The small keys of versions of job types. */
export class TypeKeys {
  readonly #db: Database;
  readonly #known: TypeKey[];

  constructor(db: Database) {
    this.#db = db;
    this.#known = db
      .arrays(ALL_TYPES)
      .all()
      .map(rowOf<TypeKey>);
  }

  keyOf(type: string, version: number): number {
    const found = this.#known.find(([, itsType, itsVersion]) => itsType === type && itsVersion === version);
    if (found !== undefined) return found[0];
    const [key] = rowOf<[number]>(this.#db.arrays(ADD_TYPE).get(type, version));
    this.#known.push([key, type, version]);
    return key;
  }

  /** The keys that a node can run: each of `types` in that version or older (P22, types and deploys). */
  knownTo(types: TypeVersions): readonly number[] {
    return this.#known.filter(([, type, version]) => version <= (types[type] ?? 0)).map(([key]) => key);
  }
}

const ALL_TYPES = 'SELECT key, type, version FROM job_types';
const ADD_TYPE = 'INSERT INTO job_types (type, version) VALUES (?, ?) RETURNING key';
