import type { UpstreamTables } from '../../../core/transactions/chains/upstream-tables.ts';
import { runRead } from '../sqlite-reads.ts';
import { UPSTREAMS } from '../upstream-statements.ts';
import type { Writer } from './writer.ts';

/** The operations on jobs that wait for others, which both databases share. */
export function upstreamTables(w: Writer): UpstreamTables {
  return {
    lockUpstreams: () => runRead(w.db, UPSTREAMS.lockUpstreams()),
    upstreamsOf: (ids) => runRead(w.db, UPSTREAMS.upstreamsOf(ids)),
    lastSuccesses: (ids) => runRead(w.db, UPSTREAMS.lastSuccesses(ids)),
  };
}
