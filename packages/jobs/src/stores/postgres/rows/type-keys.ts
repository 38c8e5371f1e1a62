import type { TypeVersions } from '../../../core/nodes/membership.ts';
import type { NewRun } from '../../../core/rules/decision.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { Database } from '../connection/database.ts';

export type TypeKeys = ReturnType<typeof createTypeKeys>;

/** The small keys of job types in one version each. They never change, so what was read once stays true. */
export function createTypeKeys(db: Database) {
  const known = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();
  const nameOf = (type: string, version: number) => `${version} ${type}`;
  const learn = async (type: string, version: number) => {
    const find = async () => numberOf((await db.arrays(FIND, [type, version]))[0]);
    const key = (await find()) ?? (await db.transaction((q) => q.run(ADD, [type, version])).then(find));
    if (key === undefined) throw new Error(`the job type ${type} was not kept`);
    known.set(nameOf(type, version), key);
  };
  return {
    /**
     * Makes the key known to `get`; in a transaction of its own, before the one that needs it. Undefined: it
     * is known already, so that commands take their turns in the order of asking.
     */
    ensure(type: string, version: number): Promise<void> | undefined {
      const name = nameOf(type, version);
      if (known.has(name)) return undefined;
      const learning = (underWay.get(name) ?? Promise.reject())
        // One asks for all; if that is in vain, each asks for itself.
        .catch(() => learn(type, version))
        .finally(() => underWay.delete(name));
      underWay.set(name, learning);
      return learning;
    },
    /** Of a type in a version that was ensured. */
    get(type: string, version: number): number {
      const key = known.get(nameOf(type, version));
      if (key === undefined) throw new Error(`the key of the job type ${type} is not known`);
      return key;
    },
  };
}

/**
 * Of a run that is about to be made: of the job's type in the version of the job, or in the newer one that
 * checked its payload.
 */
export function keyOfRun(types: TypeKeys, { typeVersion }: NewRun, { job, typeKey }: StoredJob): number {
  return typeVersion === undefined ? typeKey : types.get(job.type, typeVersion);
}

/** For {@link KEYS_KNOWN}: as JSON. */
export function versionsParam(types: TypeVersions): string {
  return JSON.stringify(types);
}

/**
 * The keys of all that a node with these types can run: those types, in that version or an older one (P22,
 * types and deploys).
 */
export const KEYS_KNOWN = `SELECT key FROM greenvue_jobs.job_types
  WHERE version <= coalesce(($1::jsonb ->> type)::integer, 0)`;

const FIND = 'SELECT key FROM greenvue_jobs.job_types WHERE type = $1 AND version = $2';
const ADD = `INSERT INTO greenvue_jobs.job_types (type, version) VALUES ($1, $2)
  ON CONFLICT (type, version) DO NOTHING`;
