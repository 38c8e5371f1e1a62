import type { UpstreamTables } from '../../../core/transactions/chains/upstream-tables.ts';
import { runRead } from '../sqlite-reads.ts';
import { UPSTREAMS } from '../upstream-statements.ts';
import type { Writer } from './writer.ts';

const NONE_HELD: ReadonlySet<string> = new Set();

/** The operations on jobs that wait for others, which both databases share. */
export function upstreamTables(w: Writer): UpstreamTables {
  return {
    lockUpstreams: () => runRead(w.db, UPSTREAMS.lockUpstreams()),
    upstreamsOf: (ids) => runRead(w.db, UPSTREAMS.upstreamsOf(ids)),
    lastSuccesses: (ids) => runRead(w.db, UPSTREAMS.lastSuccesses(ids)),
    lockUpstream(id) {
      const stored = w.jobs.find(id);
      return stored && w.lock(stored.uid);
    },
    noteEnds: (ends) => runRead(w.db, UPSTREAMS.noteEnds(ends)),
    lockEnds: (limit) => runRead(w.db, UPSTREAMS.lockEnds(limit)),
    leaveEnds() {
      throw new Error('a file of SQLite has no job of a newer version');
    },
    removeEnds: (ids) => runRead(w.db, UPSTREAMS.removeEnds(ids)),
    lockFollowers(upstreams) {
      const rows = runRead(w.db, UPSTREAMS.followersOf(upstreams));
      return { jobs: rows.map(({ uid }) => w.lock(uid)), held: NONE_HELD };
    },
  };
}
