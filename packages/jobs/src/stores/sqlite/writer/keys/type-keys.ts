import type { Job } from '../../../../core/model/job.ts';
import type { TypeVersions } from '../../../../core/nodes/membership.ts';
import { queueKeyOf } from '../../../rows/queue-key.ts';
import type { Database } from '../../database.ts';
import { rowOf } from '../../rows/run-rows.ts';

type TypeKey = [key: number, type: string, version: number];

/** The small keys of versions of job types, and of the queues of their runs. */
export class TypeKeys {
  readonly #db: Database;
  #known: readonly TypeKey[] = [];

  constructor(db: Database) {
    this.#db = db;
    this.#read();
  }

  keyOf(type: string, version: number): number {
    const isIt = ([key, itsType, itsVersion]: TypeKey) =>
      key > 0 && itsType === type && itsVersion === version;
    const found = this.#known.find(isIt);
    if (found !== undefined) return found[0];
    const [key] = rowOf<[number]>(this.#db.arrays(ADD_TYPE).get(type, version));
    this.#read();
    return key;
  }

  /** The key of the queue for a run with this type key. */
  queueOf(typeKey: number, job: Pick<Job, 'type' | 'priority'>): number {
    const key = queueKeyOf(typeKey, job);
    if (key < 0 && !this.#known.some(([known]) => known === key)) {
      this.#db.write(ADD_QUEUES, job.type);
      this.#read();
    }
    return key;
  }

  /** The keys that a node can run: each of `types` in that version or older (P22, types and deploys). */
  knownTo(types: TypeVersions): readonly number[] {
    return this.#known.filter(([, type, version]) => version <= (types[type] ?? 0)).map(([key]) => key);
  }

  #read(): void {
    this.#known = this.#db
      .arrays(ALL_TYPES)
      .all()
      .map(rowOf<TypeKey>);
  }
}

const ALL_TYPES = 'SELECT key, coalesce(of_type, type), version FROM job_types';
const ADD_TYPE = 'INSERT INTO job_types (type, version) VALUES (?, ?) RETURNING key';
const ADD_QUEUES = `INSERT INTO job_types (key, type, version, of_type)
  SELECT -2 * key - is_low, type || suffix, version, type FROM job_types
    JOIN (SELECT 0 AS is_low, ' high' AS suffix UNION ALL SELECT 1, ' low') WHERE key > 0 AND type = ?1
  ON CONFLICT DO NOTHING`;
