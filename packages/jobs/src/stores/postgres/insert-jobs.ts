import { type CommandOutcome, createJob } from '../../core/commands.ts';
import type { JobStore } from '../../core/store.ts';
import type { InsertOutcome } from '../../core/store-commands.ts';
import { numbersIn } from '../rows/first-column.ts';
import { newJobParams } from '../rows/job-row.ts';
import { writeAudits } from './commands.ts';
import { INSERT_JOB, INSERT_JOBS, NEW_JOB_WIDTH } from './job-rows.ts';
import { columnsOf } from './queries.ts';
import { rowOf } from './run-rows.ts';
import { becomeDue, nextIds, type Unit } from './unit.ts';

export type InsertInput = Parameters<JobStore['insertJob']>[0];

interface Asked {
  readonly input: InsertInput;
  readonly uid: number;
  readonly outcome: CommandOutcome;
}

/**
 * Each as if it came after those before it, in as many statements as one of them takes. The keys of their types have to be ensured
 * before, and a uid drawn for each.
 */
export async function insertJobs(
  u: Unit,
  inputs: readonly InsertInput[],
  uids: readonly number[],
): Promise<InsertOutcome[]> {
  const asked = inputs.map((input, n) => decide(u, input, uids[n]));
  const created = await write(u, asked);
  const known = await knownIds(u, asked);
  await writeAudits(
    u,
    asked.flatMap(({ input: { audit, definition }, uid }) =>
      audit !== undefined && created.has(uid) ? [{ ...audit, target: definition.id }] : [],
    ),
  );
  return asked.map(({ input, uid, outcome }): InsertOutcome => {
    if (outcome.ok)
      return created.has(uid) ? { kind: 'created', job: outcome.decision.job } : { kind: 'exists' };
    // One with a higher uid came later.
    const isTaken = (known.get(input.definition.id) ?? uid) < uid;
    return isTaken ? { kind: 'exists' } : { kind: 'refused', refusal: outcome };
  });
}

export async function insertJob(u: Unit, input: InsertInput): Promise<InsertOutcome> {
  const [outcome] = await insertJobs(u, [input], await nextIds(u.q, 1));
  if (outcome === undefined) throw new Error('there is no answer for a job');
  return outcome;
}

function decide(u: Unit, input: InsertInput, uid: number | undefined): Asked {
  if (uid === undefined) throw new Error('there is no next id');
  const { definition, by, trace } = input;
  const asked = { ...(by === undefined ? {} : { by }), ...(trace === undefined ? {} : { trace }) };
  const made = { uid: String(uid), now: u.now, ...asked };
  return { input, uid, outcome: createJob(definition, made) };
}

/** The uids of those that are new. */
async function write(u: Unit, asked: readonly Asked[]): Promise<ReadonlySet<number>> {
  const rows = asked.flatMap(({ uid, outcome }) => {
    if (!outcome.ok) return [];
    const { job } = outcome.decision;
    const typeKey = u.shared.types.get(job.type, job.typeVersion);
    return [[...newJobParams({ job, typeKey }), uid]];
  });
  const [first] = rows;
  if (first === undefined) return new Set();
  const woken = asked.flatMap(({ outcome }) => (outcome.ok ? (outcome.decision.job.wakeAt ?? []) : []));
  becomeDue(u, 'jobs', woken);
  const made =
    rows.length === 1
      ? await u.q.arrays(INSERT_JOB, first)
      : await u.q.arrays(INSERT_JOBS, columnsOf(rows, NEW_JOB_WIDTH));
  return new Set(numbersIn(made));
}

/** The ids of refused jobs that are in use, with the uids they stand for. */
async function knownIds(u: Unit, asked: readonly Asked[]): Promise<ReadonlyMap<string, number>> {
  const refused = asked.filter(({ outcome }) => !outcome.ok).map(({ input }) => input.definition.id);
  if (refused.length === 0) return new Map();
  return new Map((await u.q.arrays(KNOWN_IDS, [refused])).map((row) => rowOf<[string, number]>(row)));
}

const KNOWN_IDS = 'SELECT id, uid FROM greenvue_jobs.jobs WHERE id = ANY($1::text[]) AND deleted_at IS NULL';
