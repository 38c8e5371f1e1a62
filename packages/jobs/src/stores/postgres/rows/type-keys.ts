import type { TypeVersions } from '../../../core/nodes/membership.ts';
import type { NewRun } from '../../../core/rules/decision.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { Database } from '../connection/database.ts';

/** The small keys of job types: one for each type and version. A key never changes, so each is read once. */
export class TypeKeys {
  readonly #db: Database;
  readonly #known = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Makes the key known to `get`, in its own transaction. Call it before the transaction that needs the key.
   * Undefined if the key is known already: then the command continues at once and keeps its order.
   */
  ensure(type: string, version: number): Promise<void> | undefined {
    const name = nameOf(type, version);
    if (this.#known.has(name)) return undefined;
    // The first caller asks for all. If that fails, each other caller asks for itself, without waiting.
    const another = this.#underWay.get(name);
    if (another !== undefined) return another.catch(() => this.#learn(type, version));
    const learning = this.#learn(type, version).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, learning);
    return learning;
  }

  /** Returns a key that `ensure` has made known. */
  get(type: string, version: number): number {
    const key = this.#known.get(nameOf(type, version));
    if (key === undefined) throw new Error(`the key of the job type ${type} is not known`);
    return key;
  }

  async #learn(type: string, version: number): Promise<void> {
    const find = async () => numberOf((await this.#db.arrays(FIND, [type, version]))[0]);
    const key = (await find()) ?? (await this.#db.transaction((q) => q.run(ADD, [type, version])).then(find));
    if (key === undefined) throw new Error(`the job type ${type} was not kept`);
    this.#known.set(nameOf(type, version), key);
  }
}

function nameOf(type: string, version: number): string {
  return `${version} ${type}`;
}

/**
 * The type key of a new run: for the job's version, or for the newer version that checked the run's payload.
 */
export function keyOfRun(types: TypeKeys, { typeVersion }: NewRun, { job, typeKey }: StoredJob): number {
  return typeVersion === undefined ? typeKey : types.get(job.type, typeVersion);
}

/** The first parameter of {@link KEYS_KNOWN}, as JSON. */
export function versionsParam(types: TypeVersions): string {
  return JSON.stringify(types);
}

/** The keys of the types that a node can run: its versions and older ones (P22, types and deploys). */
export const KEYS_KNOWN = `SELECT key FROM greenvue_jobs.job_types
  WHERE version <= coalesce(($1::jsonb ->> type)::integer, 0)`;

const FIND = 'SELECT key FROM greenvue_jobs.job_types WHERE type = $1 AND version = $2';
const ADD = `INSERT INTO greenvue_jobs.job_types (type, version) VALUES ($1, $2)
  ON CONFLICT (type, version) DO NOTHING`;
