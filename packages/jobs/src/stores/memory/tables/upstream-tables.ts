import { upstreamsOf } from '../../../core/chains/upstreams.ts';
import type { UpstreamTables } from '../../../core/transactions/chains/upstream-tables.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { lock, type MemoryDatabase, type MemoryUnit } from '../memory-database.ts';

export function upstreamTables(u: MemoryUnit): UpstreamTables {
  const { db } = u;
  const jobs = (ids: readonly string[]) => ids.map((id) => db.findJob(id)).filter((job) => job !== undefined);
  return {
    lockUpstreams: () => undefined,
    lockUpstream(id) {
      const stored = db.findJob(id);
      return stored && lockLatest(u, stored);
    },
    noteEnds(ends) {
      for (const end of ends) db.upstreamEnds.push({ ...end, id: db.nextId() });
    },
    lockEnds: (limit) => db.upstreamEnds.slice(0, limit),
    leaveEnds(ids, follower) {
      const left = db.upstreamEnds.filter(({ id }) => ids.includes(id));
      for (const end of left) db.upstreamEnds.push({ ...end, follower, id: db.nextId() });
    },
    removeEnds(ids) {
      const gone = new Set(ids);
      db.upstreamEnds = db.upstreamEnds.filter(({ id }) => !gone.has(id));
    },
    lockFollowers(upstreams) {
      const found = upstreams.flatMap((id) => followersOf(db, id));
      return { jobs: found.map((stored) => lockLatest(u, stored)), held: new Set() };
    },
    upstreamsOf: (ids) =>
      new Map(jobs(ids).map(({ job }) => [job.id, upstreamsOf(job).map((upstream) => upstream.job)])),
    lastSuccesses: (ids) =>
      new Map(
        jobs(ids).flatMap(({ job, uid }) => {
          const times = [job.lastSuccessAt ?? [], ...endsOfSuccesses(db, uid)].flat();
          return times.length === 0 ? [] : [[job.id, Math.max(...times)] as const];
        }),
      ),
  };
}

/** As this transaction has changed it. */
function lockLatest(u: MemoryUnit, stored: StoredJob): StoredJob {
  lock(u, stored);
  return u.unit.jobs.get(stored.uid) ?? stored;
}

export function followersOf(db: MemoryDatabase, id: string): readonly StoredJob[] {
  return [...db.jobs.values()].filter(
    ({ job: { schedule }, deletedAt }) =>
      deletedAt === undefined && schedule.kind === 'after' && schedule.job === id,
  );
}

function endsOfSuccesses(db: MemoryDatabase, uid: number): readonly number[] {
  return [...db.runs.values()]
    .filter(({ jobUid, status }) => Number(jobUid) === uid && status === 'succeeded')
    .map(({ finishedAt }) => finishedAt);
}
