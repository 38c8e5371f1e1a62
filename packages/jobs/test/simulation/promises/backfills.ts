import type { Job } from '../../../src/core/model/job.ts';
import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';

const slotOf = (job: Job) => job.nextSlotAt ?? job.nextRunAt;

/** P37: a backfill takes passed slots, each once, and beside no more runs than there is room for. */
export function backfillsHold(step: Step, past: Past): string | undefined {
  const { backfills, backfillSlots, runs } = past.database;
  if (step.method === 'backfill') {
    const last = [...backfills.values()].at(-1);
    const job = last && past.database.jobs.get(last.uid)?.job;
    const isNew = last?.createdAt === step.now && step.jobs.some(({ after }) => after?.uid === last.uid);
    const next = job && slotOf(job);
    for (const { slot, backfillId } of isNew ? backfillSlots : []) {
      if (String(backfillId) !== last?.id) continue;
      if (slot > step.now || (next !== undefined && slot >= next))
        return `${job?.id}: a backfill takes a slot that the schedule has yet to run`;
      const isDone = [...runs.values()].some(
        (run) => run.jobUid === job?.uid && run.scheduledFor === slot && run.status === 'succeeded',
      );
      if (last.onlyMissing && isDone)
        return `${job?.id}: a backfill of missing slots repeats one that is done`;
    }
  }
  for (const { before, after } of step.live) {
    if (before !== undefined || after === undefined || past.hasPruned) continue;
    if (after.trigger !== 'schedule' || !after.catchUp || after.missed > 0) continue;
    const isSame = (run: { jobUid: string; scheduledFor?: number; catchUp: boolean; missed: number }) =>
      run.jobUid === after.jobUid &&
      run.scheduledFor === after.scheduledFor &&
      run.catchUp &&
      run.missed === 0;
    const made = [...runs.values(), ...past.liveRunsOf(Number(after.jobUid))].filter(
      (run) => isSame(run) && run.trigger === 'schedule',
    );
    const taken = backfillSlots.filter(
      (row) => String(row.uid) === after.jobUid && row.slot === after.scheduledFor,
    );
    if (made.length > taken.length) return `run ${after.id}: a backfill runs its slot ${made.length} times`;
    const job = past.jobOf(after)?.job;
    const live = past.liveRunsOf(Number(after.jobUid)).filter(({ held }) => held !== 'run_at');
    const most = job?.overlap === 'allow' ? 200 : job?.overlap === 'queue' ? 2 : 1;
    if (live.length > most) return `run ${after.id}: a backfill makes it beside ${live.length - 1} live runs`;
  }
  return undefined;
}
