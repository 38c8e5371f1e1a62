import { upstreamsOf } from '../../../core/chains/upstreams.ts';
import type { UpstreamTables } from '../../../core/transactions/chains/upstream-tables.ts';
import type { MemoryDatabase, MemoryUnit } from '../memory-database.ts';

export function upstreamTables({ db }: MemoryUnit): UpstreamTables {
  const jobs = (ids: readonly string[]) => ids.map((id) => db.findJob(id)).filter((job) => job !== undefined);
  return {
    lockUpstreams: () => undefined,
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

function endsOfSuccesses(db: MemoryDatabase, uid: number): readonly number[] {
  return [...db.runs.values()]
    .filter(({ jobUid, status }) => Number(jobUid) === uid && status === 'succeeded')
    .map(({ finishedAt }) => finishedAt);
}
