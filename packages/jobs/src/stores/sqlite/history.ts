import type { SkippedRun } from '../../core/decision.ts';
import type { FinishedRun, LiveRun, Progress } from '../../core/run.ts';
import type { Settlement } from '../../core/settle.ts';
import { FINISHED_COLUMNS, finishedParams, finishedRunOf, INSERT_FINISHED } from './run-rows.ts';
import type { Writer } from './writer.ts';

/** The finished row that a live run becomes. */
export function finishedOf(
  run: LiveRun,
  end: Extract<Settlement, { kind: 'finished' }>,
  at: {
    readonly finishedAt: number;
    readonly startedAt?: number | undefined;
    readonly progress?: Progress | undefined;
  },
): FinishedRun {
  const { id, jobUid, trigger, scheduledFor, catchUp, missed, missedFrom, payload, retryOf, queuedAt } = run;
  const { status, reason, attempt, recoveries, result, errors } = end;
  const startedAt = at.startedAt ?? run.startedAt;
  const progress = at.progress ?? run.progress;
  return {
    id,
    jobUid,
    trigger,
    catchUp,
    missed,
    queuedAt,
    status,
    attempt,
    recoveries,
    finishedAt: at.finishedAt,
    errors,
    ...(scheduledFor === undefined ? undefined : { scheduledFor }),
    ...(missedFrom === undefined ? undefined : { missedFrom }),
    ...(payload === undefined ? undefined : { payload }),
    ...(retryOf === undefined ? undefined : { retryOf }),
    ...(reason === undefined ? undefined : { reason }),
    ...(run.claim === undefined ? undefined : { node: run.claim.node }),
    ...(startedAt === undefined ? undefined : { startedAt }),
    ...(progress === undefined ? undefined : { progress }),
    ...(result === undefined ? undefined : { result }),
  };
}

/** The row of slots that nothing ran. */
export function skippedOf(
  skip: SkippedRun,
  made: { readonly id: string; readonly jobUid: string; readonly now: number },
): FinishedRun {
  return {
    ...skip,
    id: made.id,
    jobUid: made.jobUid,
    trigger: 'schedule',
    status: 'skipped',
    queuedAt: made.now,
    finishedAt: made.now,
    attempt: 0,
    recoveries: 0,
    errors: [],
  };
}

/** Writes a finished run and counts it in its hour; the caller counts it in its job. */
export function insertFinishedRun(w: Writer, run: FinishedRun, now: number): void {
  const node = run.node === undefined ? null : w.nodes.keyOf(run.node, now);
  w.db.statement(INSERT_FINISHED).run(...finishedParams(run, node));
  w.count(run.status, run.finishedAt);
}

export function findFinishedRun(w: Writer, runId: number): FinishedRun | undefined {
  const row = w.db.arrays(FINISHED_RUN).get(runId);
  return row === undefined ? undefined : finishedRunOf(row, w.nodes.nameOf);
}

const FINISHED_RUN = `SELECT ${FINISHED_COLUMNS} FROM runs WHERE id = ?`;
