import type { Job } from '../../../core/model/job.ts';
import type { JsonText } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { Outcome } from '../../../core/rules/settle.ts';
import type {
  ClaimedRun,
  ClaimResult,
  PlannedRun,
  PlanResult,
  SettleInput,
} from '../../../core/store/store-passes.ts';
import type { EndedClaim } from '../../../core/transactions/settle.ts';

// What a claim or a plan sends of each run between threads. Copying an object takes the receiver half a
// microsecond and the sender a quarter. Arrays of numbers take a twentieth of that; JSON of jobs with short
// texts, two thirds.

/** Settlements, on their way to the writer. */
export interface PackedSettlements {
  /** Of each: run, fence, random, start, end. */
  readonly numbers: Float64Array;
  readonly outcomes: readonly Outcome[];
  /** Of those that have some, by their place. */
  readonly notes: ReadonlyMap<number, Notes>;
}

type Notes = Pick<SettleInput, 'progress' | 'logs'>;

/** Instead of a number that there is not. */
const NONE = Number.NaN;

const SETTLEMENT_NUMBERS = 5;

export function packSettlements(batch: readonly SettleInput[]): PackedSettlements {
  const numbers = new Float64Array(batch.length * SETTLEMENT_NUMBERS);
  const notes = new Map<number, Notes>();
  for (const [index, input] of batch.entries()) {
    const { runId, fence, random, startedAt = NONE, finishedAt, progress, logs } = input;
    numbers.set([Number(runId), fence, random, startedAt, finishedAt], index * SETTLEMENT_NUMBERS);
    if (progress === undefined && logs === undefined) continue;
    notes.set(index, { ...(progress && { progress }), ...(logs && { logs }) });
  }
  return { numbers, outcomes: batch.map(({ outcome }) => outcome), notes };
}

export function unpackSettlements({ numbers, outcomes, notes }: PackedSettlements): EndedClaim[] {
  return outcomes.map((outcome, index) => {
    const at = index * SETTLEMENT_NUMBERS;
    const settling: Mutable<EndedClaim> = {
      runId: numberAt(numbers, at),
      fence: numberAt(numbers, at + 1),
      outcome,
      random: numberAt(numbers, at + 2),
      finishedAt: numberAt(numbers, at + 4),
    };
    const startedAt = numberAt(numbers, at + 3);
    if (!Number.isNaN(startedAt)) settling.startedAt = startedAt;
    return notes.size === 0 ? settling : { ...settling, ...notes.get(index) };
  });
}

/** A claim, on its way back. */
export interface PackedClaim extends Omit<ClaimResult, 'jobs' | 'runs'> {
  /** As JSON, if all have short texts. */
  readonly jobs: JsonText | readonly Job[];
  readonly ids: readonly string[];
  /**
   * Of each run: job, fence, attempt, when it is due, whether it has started and catches up, missed slots,
   * slot.
   */
  readonly numbers: Float64Array;
  /** What few have, by their place. */
  readonly extras: ReadonlyMap<number, Extras>;
}

type Extras = Pick<ClaimedRun, 'payload' | 'trace' | 'hasPriority'>;

const CLAIMED_NUMBERS = 8;

/** Longer texts are copied more quickly than they are written as JSON and read. */
const SHORT_TEXTS = 200;

const isShort = ({ payload, name, description }: Job) =>
  payload.length + name.length + description.length <= SHORT_TEXTS;

export function packClaim({ jobs, runs, ...rest }: ClaimResult): PackedClaim {
  const numbers = new Float64Array(runs.length * CLAIMED_NUMBERS);
  const extras = new Map<number, Extras>();
  for (const [index, run] of runs.entries()) {
    const { job, fence, attempt, availableAt, started, catchUp, missed, scheduledFor = NONE } = run;
    const { payload, trace, hasPriority } = run;
    numbers.set(
      [job, fence, attempt, availableAt, Number(started), Number(catchUp), missed, scheduledFor],
      index * CLAIMED_NUMBERS,
    );
    if (payload === undefined && trace === undefined && hasPriority === undefined) continue;
    extras.set(index, {
      ...(payload !== undefined && { payload }),
      ...(trace !== undefined && { trace }),
      ...(hasPriority && { hasPriority }),
    });
  }
  const told = jobs.every(isShort) ? JSON.stringify(jobs) : jobs;
  return { ...rest, jobs: told, ids: runs.map(({ id }) => id), numbers, extras };
}

export function unpackClaim({ jobs, ids, numbers, extras, ...rest }: PackedClaim): ClaimResult {
  const runs = ids.map((id, index): ClaimedRun => {
    const at = index * CLAIMED_NUMBERS;
    const run: Mutable<ClaimedRun> = {
      id,
      job: numberAt(numbers, at),
      fence: numberAt(numbers, at + 1),
      attempt: numberAt(numbers, at + 2),
      availableAt: numberAt(numbers, at + 3),
      started: numberAt(numbers, at + 4) === 1,
      catchUp: numberAt(numbers, at + 5) === 1,
      missed: numberAt(numbers, at + 6),
    };
    const scheduledFor = numberAt(numbers, at + 7);
    if (!Number.isNaN(scheduledFor)) run.scheduledFor = scheduledFor;
    return extras.size === 0 ? run : { ...run, ...extras.get(index) };
  });
  return { ...rest, jobs: typeof jobs === 'string' ? (JSON.parse(jobs) as Job[]) : jobs, runs };
}

/** What a plan did, on its way back. */
export interface PackedPlan extends Omit<PlanResult, 'queued' | 'claimed'> {
  readonly queued: JsonText;
  readonly claimed?: PackedClaim;
}

export function packPlan({ queued, claimed, ...rest }: PlanResult): PackedPlan {
  const packed = { ...rest, queued: JSON.stringify(queued) };
  return claimed === undefined ? packed : { ...packed, claimed: packClaim(claimed) };
}

export function unpackPlan({ queued, claimed, ...rest }: PackedPlan): PlanResult {
  const plan = { ...rest, queued: JSON.parse(queued) as PlannedRun[] };
  return claimed === undefined ? plan : { ...plan, claimed: unpackClaim(claimed) };
}

function numberAt(numbers: Float64Array, at: number): number {
  return numbers[at] ?? NONE;
}
