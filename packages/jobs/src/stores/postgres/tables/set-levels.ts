import { levelOf } from '../../../core/rules/option-levels.ts';
import { type FixedJob, fixedJobOf, selectJob } from '../../rows/jobs/job-row.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import { KEYS_OF_LEVEL } from '../../rows/queue-key.ts';
import type { Statements } from '../connection/queries.ts';
import { ADD_KEYS, suffixesOf } from '../rows/type-keys.ts';

const BATCH = 2_000;

/**
 * Gives jobs of another store, which all have keys of level 0, the keys of their levels (P22, types and
 * deploys). Runs in groups of limits keep their keys.
 */
export async function setLevels(q: Statements): Promise<void> {
  const uidsByLevel = new Map<number, number[]>();
  const suffixesByType = new Map<string, Set<string>>();
  for await (const job of jobsOf(q)) {
    const level = levelOf(job);
    if (level === 0) continue;
    const uids = uidsByLevel.get(level);
    if (uids === undefined) uidsByLevel.set(level, [Number(job.uid)]);
    else uids.push(Number(job.uid));
    const suffixes = suffixesByType.get(job.type) ?? new Set();
    suffixesByType.set(job.type, suffixes);
    for (const suffix of suffixesOf(job)) suffixes.add(suffix);
  }
  for (const [type, suffixes] of suffixesByType) await q.run(ADD_KEYS, [type, [...suffixes]]);
  for (const [level, uids] of uidsByLevel) {
    await q.run(RAISE_JOBS, [uids, level * KEYS_OF_LEVEL]);
    await q.run(RAISE_RUNS, [uids, level * KEYS_OF_LEVEL]);
  }
}

async function* jobsOf(q: Statements): AsyncGenerator<FixedJob> {
  for (let last = '0'; ; ) {
    const jobs = (await q.objects(JOBS, [last, BATCH])).map(fixedJobOf);
    yield* jobs;
    if (jobs.length < BATCH) return;
    last = jobs.at(-1)?.uid ?? last;
  }
}

const JOBS = `${selectJob('greenvue_jobs.')} WHERE uid > $1::bigint ORDER BY uid LIMIT $2::integer`;
const RAISE_JOBS =
  'UPDATE greenvue_jobs.jobs SET type_key = type_key + $2::integer WHERE uid = ANY($1::bigint[])';
/** Keys of priorities are the negative double of the type's key. */
const RAISE_RUNS = `UPDATE greenvue_jobs.live_runs
  SET type_key = type_key + CASE WHEN type_key > 0 THEN $2::integer ELSE -2 * $2::integer END
  WHERE job_uid = ANY($1::bigint[]) AND type_key >= ${GROUP_KEYS_BELOW}`;
