import type { FinishedRun } from '../../../../core/model/run.ts';
import { errorsText, FINISHED_COLUMNS, storedTrigger } from '../../../rows/runs/run-row.ts';
import { REASON, STATUS, TRIGGER } from '../../rows/codes.ts';
import { finishedRunOf } from '../../rows/run-rows.ts';
import type { Writer } from '../writer.ts';

/** Writes a finished run and counts it in its hour; the caller counts it in its job. */
export function insertFinishedRun(w: Writer, run: FinishedRun): void {
  const { id, jobUid, scheduledFor, queuedAt, status, attempt, recoveries, finishedAt } = run;
  const plain = [
    Number(id),
    Number(jobUid),
    TRIGGER[storedTrigger(run)],
    scheduledFor ?? null,
    queuedAt,
    STATUS[status],
    attempt,
    recoveries,
    run.node === undefined ? null : w.nodes.keyOf(run.node, w.unit.now),
    run.startedAt ?? null,
    finishedAt,
    run.jobVersion ?? null,
  ];
  const rare = [
    run.catchUp ? 1 : null,
    run.missed === 0 ? null : run.missed,
    run.missedFrom ?? null,
    run.payload ?? null,
    run.retryOf === undefined ? null : Number(run.retryOf),
    run.reason === undefined ? null : REASON[run.reason],
    run.progress === undefined ? null : JSON.stringify(run.progress),
    run.result ?? null,
    errorsText(run.errors),
    run.requestedBy ?? null,
    run.cancelledBy ?? null,
    run.fingerprint ?? null,
    run.dueAt ?? null,
  ];
  if (rare.every((value) => value === null)) w.db.write(INSERT_PLAIN, ...plain);
  else w.db.write(INSERT_ALL, ...plain, ...rare);
  w.count(run);
}

export function findFinishedRun(w: Writer, runId: number): FinishedRun | undefined {
  const row = w.db.arrays(FINISHED_RUN).get(runId);
  return row === undefined ? undefined : finishedRunOf(row, w.nodes.nameOf);
}

const FINISHED_RUN = `SELECT ${FINISHED_COLUMNS} FROM runs WHERE id = ?`;
/** The columns of every finished run, and the columns that few runs use. */
const PLAIN =
  'id, job_uid, trigger, scheduled_for, queued_at, status, attempt, recoveries, node, started_at, finished_at, job_version';
const RARE =
  'catch_up, missed, missed_from, payload, retry_of, reason, progress, result, errors, requested_by, cancelled_by, fingerprint, due_at';
/** Two statements: each value costs 0.04 µs, and most runs use none of {@link RARE}. */
const INSERT_PLAIN = `INSERT INTO runs (${PLAIN}, catch_up, missed) VALUES (?${', ?'.repeat(11)}, 0, 0)`;
const INSERT_ALL = `INSERT INTO runs (${PLAIN}, ${RARE})
  VALUES (?${', ?'.repeat(11)}, coalesce(?, 0), coalesce(?, 0)${', ?'.repeat(11)})`;
