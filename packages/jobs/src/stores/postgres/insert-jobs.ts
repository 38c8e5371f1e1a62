import { type CommandOutcome, createJob } from '../../core/commands.ts';
import type { JobStore } from '../../core/store.ts';
import type { AuditEntry, InsertOutcome } from '../../core/store-commands.ts';
import { numbersIn } from '../rows/first-column.ts';
import { newJobParams } from '../rows/job-params.ts';
import { writeAudit } from './commands.ts';
import { INSERT_AUDITED_JOBS, INSERT_JOB } from './job-rows.ts';
import { rowOf } from './run-rows.ts';
import { becomeDue, nextIds, type Unit } from './unit.ts';

export type InsertInput = Parameters<JobStore['insertJob']>[0];

interface Asked {
  readonly input: InsertInput;
  readonly uid: number;
  readonly outcome: CommandOutcome;
}

/**
 * Each as if it came after those before it, all in one statement, with which the transaction may end. The
 * keys of their types have to be ensured before, and a uid drawn for each.
 */
export async function insertJobs(
  u: Unit,
  inputs: readonly InsertInput[],
  uids: readonly number[],
): Promise<InsertOutcome[]> {
  const asked = inputs.map((input, n) => decide(u, input, uids[n]));
  const refused = asked.filter(({ outcome }) => !outcome.ok);
  const created = await writeAll(u, asked, { commits: refused.length === 0 });
  rememberOnceWritten(u, asked, created);
  const known = await knownIds(u, refused);
  return asked.map((one) => outcomeOf(one, { created, known }));
}

/** One, as a part of any transaction: in a caller's, no statement can change two tables. */
export async function insertJob(u: Unit, input: InsertInput): Promise<InsertOutcome> {
  const [uid] = await nextIds(u.q, 1);
  const asked = decide(u, input, uid);
  const created = await writeOne(u, asked);
  if (created.size > 0) await writeAudit(u, input.audit, input.definition.id);
  rememberOnceWritten(u, [asked], created);
  const known = await knownIds(u, asked.outcome.ok ? [] : [asked]);
  return outcomeOf(asked, { created, known });
}

interface Written {
  /** The uids of those that are new. */
  readonly created: ReadonlySet<number>;
  /** Of those refused whose ids are in use: the uids that they stand for. */
  readonly known: ReadonlyMap<string, number>;
}

function outcomeOf({ input, uid, outcome }: Asked, { created, known }: Written): InsertOutcome {
  if (outcome.ok)
    return created.has(uid) ? { kind: 'created', job: outcome.decision.job } : { kind: 'exists' };
  // One with a higher uid came later.
  const isTaken = (known.get(input.definition.id) ?? uid) < uid;
  return isTaken ? { kind: 'exists' } : { kind: 'refused', refusal: outcome };
}

function decide(u: Unit, input: InsertInput, uid: number | undefined): Asked {
  if (uid === undefined) throw new Error('there is no next id');
  const { definition, by, trace } = input;
  return { input, uid, outcome: createJob(definition, { uid: String(uid), now: u.now, by, trace }) };
}

/** Those that are accepted, and the audit of those that are new. Ends the transaction if it `commits`. */
async function writeAll(
  u: Unit,
  asked: readonly Asked[],
  { commits }: { readonly commits: boolean },
): Promise<ReadonlySet<number>> {
  const accepted = asked.filter(({ outcome }) => outcome.ok);
  if (accepted.length === 0) return new Set();
  const rows = newRows(u, accepted);
  for (const [n, row] of rows.entries()) row.push(...auditParams(accepted[n]?.input.audit));
  const ask = u.q[commits ? 'commitWith' : 'arrays'];
  return new Set(numbersIn(await ask(...INSERT_AUDITED_JOBS(rows, u.now))));
}

async function writeOne(u: Unit, asked: Asked): Promise<ReadonlySet<number>> {
  const [row] = newRows(u, [asked]);
  return new Set(row === undefined ? [] : numbersIn(await u.q.arrays(INSERT_JOB, row)));
}

/** What was made need not be read before its first run. */
function rememberOnceWritten(u: Unit, asked: readonly Asked[], created: ReadonlySet<number>): void {
  u.onceWritten.push(() => {
    for (const { input, uid, outcome } of asked)
      if (outcome.ok && created.has(uid)) u.shared.known.made(input.definition, outcome.decision.job);
  });
}

/** Of those that are accepted, which come due with that. */
function newRows(u: Unit, asked: readonly Asked[]): (string | number | boolean | null)[][] {
  const woken = asked.flatMap(({ outcome }) => (outcome.ok ? (outcome.decision.job.wakeAt ?? []) : []));
  becomeDue(u, 'jobs', woken);
  return asked.flatMap(({ uid, outcome }) => {
    if (!outcome.ok) return [];
    const { job } = outcome.decision;
    const typeKey = u.shared.types.get(job.type, job.typeVersion);
    return [newJobParams({ job, typeKey, uid })];
  });
}

/** Actor, action and change. */
function auditParams(audit: AuditEntry | undefined): (string | null)[] {
  return audit === undefined ? [null, null, null] : [audit.actor, audit.action, audit.change];
}

/** The ids of refused jobs that are in use, with the uids they stand for. */
async function knownIds(u: Unit, refused: readonly Asked[]): Promise<ReadonlyMap<string, number>> {
  if (refused.length === 0) return new Map();
  const ids = refused.map(({ input }) => input.definition.id);
  return new Map((await u.q.arrays(KNOWN_IDS, [ids])).map((row) => rowOf<[string, number]>(row)));
}

const KNOWN_IDS = 'SELECT id, uid FROM greenvue_jobs.jobs WHERE id = ANY($1::text[]) AND deleted_at IS NULL';
