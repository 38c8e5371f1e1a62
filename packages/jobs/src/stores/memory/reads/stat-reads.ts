import { isOfAllJobs, isReadOf, type JobsRead } from '../../../core/filters/jobs-read.ts';
import type { StoreReads } from '../../../core/store/store.ts';
import { ALL_JOBS } from '../../rows/hour-tally.ts';
import { firstHour } from '../../rows/hours.ts';
import type { MemoryDatabase } from '../memory-database.ts';
import { historyOf, hourCounts, hoursOf } from './history.ts';
import { jobsNow, lowest } from './job-reads.ts';
import type { Read } from './read.ts';

export function statReads(db: MemoryDatabase, read: Read) {
  return {
    stats: ({ hours, ...which }) =>
      read((now) => {
        const jobs = { active: 0, paused: 0, finished: 0 };
        for (const { job } of jobsNow(db, which)) jobs[job.status] += 1;
        const live = [...db.live.values()]
          .map(({ run }) => run)
          .filter((run) => isOfOne(db, run.jobUid, which));
        const running = live.filter(({ status }) => status === 'running').length;
        const held = live.filter((run) => run.held !== 'no').length;
        const waiting = live.filter((run) => run.held === 'no' && run.claim === undefined);
        const dueSince = lowest(waiting.map(({ availableAt }) => availableAt).filter((at) => at <= now));
        const runs = { queued: live.length - held - running, held, running };
        const counts = isOfAllJobs(which)
          ? [...db.hourBuckets.values()].filter(({ subject }) => subject === ALL_JOBS)
          : hoursOf(db, (uid) => isOfOne(db, uid, which));
        return {
          jobs,
          runs: dueSince === null ? runs : { ...runs, dueSince },
          hours: hourCounts(counts, firstHour(hours, now)),
        };
      }),
    jobHours: ({ jobId, hours }) =>
      read((now) => {
        const uid = db.findJob(jobId)?.uid;
        if (uid === undefined) return undefined;
        return hourCounts(
          hoursOf(db, (other) => other === uid),
          firstHour(hours, now),
        );
      }),
    history: (query) => read(() => historyOf(db, query)),
  } satisfies Partial<StoreReads>;
}

/** Whether the job with a uid, which may be deleted, is one of these. */
function isOfOne(db: MemoryDatabase, uid: number | string, which: JobsRead): boolean {
  const stored = db.jobs.get(Number(uid));
  return stored !== undefined && isReadOf(which, stored.job);
}
