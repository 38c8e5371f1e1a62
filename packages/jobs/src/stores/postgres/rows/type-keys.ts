import type { JobDefinition } from '../../../core/model/job.ts';
import type { TypeVersions } from '../../../core/nodes/membership.ts';
import type { NewRun } from '../../../core/rules/decision.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { queueKeyOf, queuesOf } from '../../rows/queue-key.ts';
import type { Database } from '../connection/database.ts';
import type { Param } from '../connection/queries.ts';
import { rowOf } from './run-rows.ts';

type Typed = Pick<JobDefinition, 'type' | 'typeVersion'> & Partial<Pick<JobDefinition, 'priority'>>;

/**
 * The small keys of job types: one for each type and version. A key never changes, so each is read once. Nothing
 * removes a key or a queue: a node that remembers it would make runs that no node claims.
 */
export class TypeKeys {
  readonly #db: Database;
  readonly #known = new Map<string, number>();
  readonly #ensured = new Set<string>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Makes the key known to `get`, in its own transaction, and nodes claim runs of the priority. Call it before
   * the transaction that needs the key. Undefined if the key is known already: then the command continues at
   * once and keeps its order.
   */
  ensure(typed: Typed): Promise<void> | undefined {
    const name = `${nameOf(typed.type, typed.typeVersion)} ${typed.priority === undefined ? '' : 'queues'}`;
    if (this.#ensured.has(name)) return undefined;
    // The first caller asks for all. If that fails, each other caller asks for itself, without waiting.
    const another = this.#underWay.get(name);
    if (another !== undefined) return another.catch(() => this.#learn(name, typed));
    const learning = this.#learn(name, typed).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, learning);
    return learning;
  }

  /** Returns a key that `ensure` has made known. */
  get(type: string, version: number): number {
    const key = this.#known.get(nameOf(type, version));
    if (key === undefined) throw new Error(`the key of the job type ${type} is not known`);
    return key;
  }

  async #learn(name: string, { type, typeVersion: version, priority }: Typed): Promise<void> {
    const find = async () => (await this.#db.arrays(FIND, [type, version]))[0];
    const add = (sql: string, params: readonly Param[]) =>
      this.#db.transaction(async (q) => {
        await q.arrays(LOCK_TYPE, [TYPE_CLASS, type]);
        await q.run(sql, params);
      });
    const found = (await find()) ?? (await add(ADD, [type, version]).then(find));
    if (found === undefined) throw new Error(`the job type ${type} was not kept`);
    const [key, lacksQueues, hasQueues] = rowOf<[number, boolean, boolean]>(found);
    if (lacksQueues || (priority !== undefined && !hasQueues)) await add(ADD_QUEUES, [type]);
    this.#known.set(nameOf(type, version), key);
    this.#ensured.add(name);
  }
}

function nameOf(type: string, version: number): string {
  return `${version} ${type}`;
}

/**
 * The key of a new run in the due index: for the job's version, or for the newer version that checked the
 * run's payload.
 */
export function keyOfRun(types: TypeKeys, { typeVersion }: NewRun, { job, typeKey }: StoredJob): number {
  return queueKeyOf(typeVersion === undefined ? typeKey : types.get(job.type, typeVersion), job);
}

/** The first parameter of {@link KEYS_KNOWN}, as JSON. */
export function versionsParam(types: TypeVersions): string {
  return JSON.stringify(types);
}

/** The keys of the types that a node can run: its versions and older ones (P22, types and deploys). */
export const KEYS_KNOWN = `SELECT key FROM greenvue_jobs.job_types
  WHERE version <= coalesce(($1::jsonb ->> coalesce(of_type, type))::integer, 0)`;

const HAS_QUEUES = 'EXISTS (SELECT FROM greenvue_jobs.job_types WHERE key = -2 * own.key)';
/**
 * Columns: the key; whether this version lacks queues for priorities, but another version or a job has
 * priorities (a job that was moved from SQLite, before its first run); whether this version has them.
 */
const FIND = `SELECT key, NOT ${HAS_QUEUES} AND (EXISTS (SELECT FROM greenvue_jobs.job_types WHERE of_type = $1)
    OR EXISTS (SELECT FROM greenvue_jobs.jobs WHERE type = $1 AND priority IS NOT NULL)), ${HAS_QUEUES}
  FROM greenvue_jobs.job_types AS own WHERE type = $1 AND version = $2`;
/** One at a time for each type: otherwise a version could miss the queues that are added at the same time. */
const LOCK_TYPE = 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2))::text AS locked';
/** The first key of these locks. */
const TYPE_CLASS = 1_732_584_195;
const ADD = `INSERT INTO greenvue_jobs.job_types (type, version) VALUES ($1, $2)
  ON CONFLICT (type, version) DO NOTHING`;
/** For each version: a run may need a newer one than its job. */
const ADD_QUEUES = `INSERT INTO greenvue_jobs.job_types (key, type, version, of_type) OVERRIDING SYSTEM VALUE
  SELECT * FROM (${queuesOf('greenvue_jobs.', '$1')}) AS queues ON CONFLICT DO NOTHING`;
