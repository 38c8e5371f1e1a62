import type { JobDefinition } from '../../../core/model/job.ts';
import { LEVEL_KEY, type TypeVersions } from '../../../core/nodes/membership.ts';
import type { NewRun } from '../../../core/rules/decision.ts';
import { LEVEL, levelOf } from '../../../core/rules/option-levels.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { KEYS_OF_LEVEL, keyAtLevel, levelOfKey, queueKeyOf } from '../../rows/queue-key.ts';
import type { Database } from '../connection/database.ts';
import type { Param } from '../connection/queries.ts';
import { rowOf } from './run-rows.ts';

type Typed = Pick<JobDefinition, 'type' | 'typeVersion'> | JobDefinition;

/**
 * The small keys of job types: one for each type and version. A key never changes, so each is read once.
 * Nothing removes a key or a queue: a node that remembers it would make runs that no node claims.
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
   * Makes the key known to `get`, in its own transaction, and the keys for the level and the priority of the
   * job. Call it before the transaction that needs the keys. Undefined if they are known already: then the
   * command continues at once and keeps its order.
   */
  ensure(typed: Typed): Promise<void> | undefined {
    const name = [nameOf(typed.type, typed.typeVersion), ...suffixesOf(typed)].join('');
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

  /** The key of a job whose definition `ensure` got. */
  keyOf(job: JobDefinition): number {
    return keyAtLevel(this.get(job.type, job.typeVersion), levelOf(job));
  }

  async #learn(name: string, typed: Typed): Promise<void> {
    const { type, typeVersion: version } = typed;
    const suffixes = suffixesOf(typed);
    const find = async () => (await this.#db.arrays(FIND, [type, suffixes, version]))[0];
    const add = (sql: string, params: readonly Param[]) =>
      this.#db.transaction(async (q) => {
        await q.arrays(LOCK_TYPE, [TYPE_CLASS, type]);
        await q.run(sql, params);
      });
    const found = (await find()) ?? (await add(ADD, [type, version]).then(find));
    if (found === undefined) throw new Error(`the job type ${type} was not kept`);
    const [key, lacksKeys] = rowOf<[number, boolean]>(found);
    if (lacksKeys) await add(ADD_KEYS, [type, suffixes]);
    this.#known.set(nameOf(type, version), key);
    this.#ensured.add(name);
  }
}

/**
 * What follows the name of the type in the rows of `job_types` that the job needs besides the one of its
 * type: its level, and the queues of its priority. No type has a blank in its name, so a node of an earlier
 * version knows none of these rows.
 */
export function suffixesOf(typed: Typed): readonly string[] {
  if (!('schedule' in typed)) return [];
  const level = levelOf(typed);
  const ofLevel = level === 0 ? '' : ` level ${level}`;
  const ofPriority = typed.priority === undefined ? [] : [`${ofLevel} high`, `${ofLevel} low`];
  return [ofLevel, ...ofPriority].filter((suffix) => suffix !== '');
}

function nameOf(type: string, version: number): string {
  return `${version} ${type}`;
}

/**
 * The key of a new run in the due index: for the job's version, or for the newer version that checked the
 * run's payload.
 */
export function keyOfRun(types: TypeKeys, { typeVersion }: NewRun, { job, typeKey }: StoredJob): number {
  if (typeVersion === undefined) return queueKeyOf(typeKey, job);
  return queueKeyOf(keyAtLevel(types.get(job.type, typeVersion), levelOfKey(typeKey)), job);
}

/** The first parameter of {@link KEYS_KNOWN}, as JSON: the types of a node, and the level of its options. */
export function versionsParam(types: TypeVersions): string {
  return JSON.stringify({ [LEVEL_KEY]: LEVEL, ...types });
}

/**
 * The keys of the types that a node can run: its versions and older ones, of its level (P22, types and
 * deploys).
 */
export const KEYS_KNOWN = `SELECT key FROM greenvue_jobs.job_types
  WHERE version <= coalesce(($1::jsonb ->> coalesce(of_type, type))::integer, 0)
    AND level <= ($1::jsonb ->> '${LEVEL_KEY}')::integer`;

/**
 * The suffixes in use for a type, and those of the second parameter. An earlier version gave jobs with a
 * priority the level 0 when it moved them from SQLite.
 */
const SUFFIXES = `SELECT substr(type, length(of_type) + 1) AS suffix FROM greenvue_jobs.job_types WHERE of_type = $1::text
  UNION SELECT unnest($2::text[])
  UNION SELECT queue FROM unnest(ARRAY[' high', ' low']) AS queue WHERE EXISTS (
    SELECT FROM greenvue_jobs.jobs WHERE priority IS NOT NULL
      AND type_key IN (SELECT key FROM greenvue_jobs.job_types WHERE type = $1::text))`;
/** Columns: the key; whether this version lacks a key that another version or the job has. */
const FIND = `SELECT key, EXISTS (SELECT FROM (${SUFFIXES}) AS used WHERE NOT EXISTS (
    SELECT FROM greenvue_jobs.job_types AS own WHERE own.type = $1::text || suffix AND own.version = $3))
  FROM greenvue_jobs.job_types WHERE type = $1::text AND version = $3`;
/** One at a time for each type: otherwise a version could miss the queues that are added at the same time. */
const LOCK_TYPE = 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2))::text AS locked';
/** The first key of these locks. */
const TYPE_CLASS = 1_732_584_195;
const ADD = `INSERT INTO greenvue_jobs.job_types (type, version) VALUES ($1, $2)
  ON CONFLICT (type, version) DO NOTHING`;
/**
 * Adds the keys of a type with suffixes. For each version: a run may need a newer one than its job.
 * Parameters: the type, the suffixes.
 */
export const ADD_KEYS = `INSERT INTO greenvue_jobs.job_types (key, type, version, of_type, level) OVERRIDING SYSTEM VALUE
  SELECT CASE WHEN suffix LIKE '% high' THEN -2 * at_level.key WHEN suffix LIKE '% low' THEN -2 * at_level.key - 1
      ELSE at_level.key END, $1::text || suffix, version, $1::text, used_level.level
  FROM (${SUFFIXES}) AS used CROSS JOIN LATERAL (
      SELECT coalesce(substring(suffix FROM ' level ([0-9]+)')::integer, 0) AS level) AS used_level
    JOIN greenvue_jobs.job_types AS own ON own.type = $1::text
    CROSS JOIN LATERAL (SELECT own.key + used_level.level * ${KEYS_OF_LEVEL} AS key) AS at_level
  ON CONFLICT DO NOTHING`;
