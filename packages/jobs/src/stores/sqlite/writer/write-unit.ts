import type { FinishedRun, LiveRun } from '../../../core/model/run.ts';
import { queuedOf } from '../../../core/rules/decision.ts';
import { skippedOf } from '../../../core/rules/settle.ts';
import type { Tables } from '../../../core/transactions/tables/tables.ts';
import { withClaim } from '../../../core/transactions/unit-of-work.ts';
import { ORIGIN_COLUMNS, originParams, storedTrigger } from '../../rows/runs/run-row.ts';
import type { Param } from '../database.ts';
import { HELD, STATUS, TRIGGER } from '../rows/codes.ts';
import { keysOf } from '../rows/run-rows.ts';
import { runRead } from '../sqlite-reads.ts';
import { UPSTREAMS } from '../upstream-statements.ts';
import { insertFinishedRun } from './runs/history.ts';
import type { Writer } from './writer.ts';

/** Writes what a transaction has collected. */
export function writeTables(w: Writer): Pick<Tables, 'write' | 'writeJobs'> {
  const writeJobs = () => {
    for (const [uid, before] of w.unit.unsaved) w.jobs.save(before, w.lock(uid));
    w.unit.unsaved.clear();
  };
  return {
    write() {
      writeRuns(w);
      writeJobs();
    },
    writeJobs,
  };
}

/** Writes new runs. A slot with a live run gets no second one (P5, one run per slot). */
function writeRuns(w: Writer): void {
  const { unit } = w;
  const { now } = unit;
  for (const one of unit.toMake.splice(0)) {
    const { job, uid, typeKey } = one.job;
    const made = { id: String(w.ids.next(now)), jobUid: job.uid, now };
    if (one.kind === 'skip') {
      const skipped = skippedOf(one.skip, made);
      insertFinishedRun(w, skipped);
      link(w, skipped);
      unit.finished.push(skipped);
      continue;
    }
    const run = withClaim(queuedOf(one.run, made), one, one.claim && w.ids.next(now));
    const { typeVersion } = one.run;
    const ofType = typeVersion === undefined ? typeKey : w.types.keyOf(job.type, typeVersion);
    const queueKey = w.types.queueOf(ofType, job);
    const ofGroup = w.groups.keyOf(job.type, queueKey, run.payload ?? job.payload);
    if (!insertLiveRun(w, run, ofGroup ?? queueKey)) continue;
    if (ofGroup !== undefined) w.groups.wake(ofGroup, run.availableAt);
    link(w, run);
    if (run.claim !== undefined) w.keepClaimed({ ...keysOf(run), run });
    if (job.overlap === 'allow') w.liveRunCap.countRun(uid);
    unit.queued.push(run);
  }
}

/** Writes which run's end made a run, if one did. */
function link(w: Writer, { id: runId, triggeredBy: upstream }: LiveRun | FinishedRun): void {
  if (upstream !== undefined) runRead(w.db, UPSTREAMS.linkRuns([{ runId, upstream }]));
}

/** Returns false, and inserts nothing, if the slot has a live run (P5, one run per slot). */
function insertLiveRun(w: Writer, run: LiveRun, typeKey: number): boolean {
  const isUnclaimedSlot = run.trigger === 'schedule' && run.claim === undefined;
  // The words of `core` become SQLite's numbers.
  const origin = originParams(run);
  origin[2] = TRIGGER[storedTrigger(run)];
  origin[4] = run.catchUp ? 1 : 0;
  // Few runs expire, and each value costs time.
  const expiry = run.expiresAt === undefined ? [] : [run.expiresAt];
  const statements = expiry.length === 0 ? INSERT : INSERT_EXPIRING;
  const { changes } = w.db
    .statement(statements[isUnclaimedSlot ? 'unclaimedSlot' : 'other'])
    .run(
      ...(origin as Param[]),
      HELD[run.held],
      run.availableAt,
      typeKey,
      run.trace ?? null,
      run.claim === undefined ? null : w.nodes.keyOf(run.claim.node, run.queuedAt),
      run.claim?.fence ?? null,
      STATUS[run.status],
      run.startedAt ?? null,
      ...expiry,
    );
  return changes > 0;
}

const INSERT = insertLive('', '');
const INSERT_EXPIRING = insertLive(', expires_at', ', ?');

/** `unclaimedSlot`: of a slot that is not claimed when it is planned. */
function insertLive(column: string, value: string): Readonly<Record<'unclaimedSlot' | 'other', string>> {
  const insert = (
    columns: string,
    values: string,
  ) => `INSERT INTO live_runs (${ORIGIN_COLUMNS}, held, available_at,
    type_key, trace, node, fence, status, started_at${columns}) VALUES (?${', ?'.repeat(18)}${values})
    ON CONFLICT (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL DO NOTHING`;
  return {
    unclaimedSlot: insert(`${column}, slot_has_waited`, `${value}, 1`),
    other: insert(column, value),
  };
}
