import type { UpstreamTables } from '../../../core/transactions/chains/upstream-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import type { Read } from '../../reads/read.ts';
import { lockFreeJobs, lockJob } from '../locks/job-locks.ts';
import { runRead } from '../postgres-reads.ts';
import { UPSTREAMS } from '../upstream-statements.ts';
import type { Unit } from './unit.ts';

/** The operations on jobs that wait for others, which both databases share. */
export function upstreamTables(u: Unit): Pick<AsyncTables, keyof UpstreamTables> {
  const run = <T>(read: Read<T>): Promise<T> => runRead(u.q, read);
  return {
    lockUpstreams: () => run(UPSTREAMS.lockUpstreams()),
    upstreamsOf: (ids) => run(UPSTREAMS.upstreamsOf(ids)),
    lastSuccesses: (ids) => run(UPSTREAMS.lastSuccesses(ids)),
    lockUpstream: (id) => lockJob(u, id, { kind: 'FOR NO KEY UPDATE' }),
    noteEnds: (ends) => run(UPSTREAMS.noteEnds(ends)),
    lockEnds: (limit, level) => run(UPSTREAMS.lockEnds(limit, level)),
    leaveEnds: (ids, follower) => run(UPSTREAMS.leaveEnds(ids, follower)),
    removeEnds: (ids) => run(UPSTREAMS.removeEnds(ids)),
    async lockFollowers(upstreams) {
      const rows = await run(UPSTREAMS.followersOf(upstreams));
      await lockFreeJobs(
        u,
        rows.map(({ uid }) => uid).filter((uid) => !u.jobs.has(uid)),
      );
      return {
        jobs: rows.flatMap(({ uid }) => u.jobs.get(uid) ?? []),
        held: new Set(rows.filter(({ uid }) => !u.jobs.has(uid)).map((row) => row.after_job)),
      };
    },
  };
}
