import type { Clock } from '../../core/clock.ts';
import { type AbortFlag, refuseAborted, StoreError } from '../../core/model/errors.ts';
import type { JobStore } from '../../core/store/store.ts';
import { createLocalNodes } from '../rows/local-nodes.ts';
import { type OpenDatabase, openDatabase } from './threads/open-database.ts';
import type { Inputs, Output, ReadInputs, WriteInputs } from './threads/protocol.ts';
import { packSettlements, unpackClaim, unpackPlan } from './threads/thread-codec.ts';

export interface SqliteStoreOptions {
  /**
   * Path or `file:` URI of the database; made when there is none. Its folder must exist. `:memory:` keeps it
   * in memory until the store is closed.
   */
  readonly file: string;
  readonly clock: Clock;
  /**
   * The id of the database, for an installation with several. A database without an id gets it; one with
   * another id is refused (`unusable`). Default: a random id. `readDatabaseIdentity()` reads it.
   */
  readonly databaseId?: string;
}

/**
 * The store for one process: a SQLite file, used by two threads, so no database call blocks the event loop.
 * `open()` locks the file until `close()`; a second store gets `in_use`. After a crash it checks the file:
 * damage rejects `open()`, or fires `lost` when found after a second.
 */
export function createSqliteStore({ file, clock, databaseId }: SqliteStoreOptions): JobStore {
  let database: OpenDatabase | undefined;
  const losing = new AbortController();

  const nodes = createLocalNodes();
  const write = <M extends keyof WriteInputs>(method: M, input: Inputs[M]): Promise<Output<M>> =>
    database === undefined ? Promise.reject(notOpen()) : database.writer.ask(method, input);
  const read = <M extends keyof ReadInputs>(method: M, input: Inputs[M]): Promise<Output<M>> =>
    database === undefined ? Promise.reject(notOpen()) : database.reader.ask(method, input);
  /** No request waits here: each goes to the thread at once. */
  const writeUnless = async <M extends keyof WriteInputs>(
    signal: AbortFlag | undefined,
    method: M,
    input: Inputs[M],
  ): Promise<Output<M>> => {
    refuseAborted(signal);
    return write(method, input);
  };

  return {
    lost: losing.signal,
    async open() {
      const lost = (error: StoreError) => losing.abort(error);
      database = await openDatabase({ file, databaseId, now: () => clock.now(), lost });
    },
    async close() {
      await database?.close();
    },
    now: () => clock.now(),
    join: nodes.join,
    listNodes: async () => nodes.list(clock.now()),
    async check() {
      await Promise.all([write('check', undefined), read('check', undefined)]);
    },
    insertJob: (input, signal) => writeUnless(signal, 'insertJob', input),
    command: (input, signal) => writeUnless(signal, 'command', input),
    plan: async (input) => unpackPlan(await write('plan', input)),
    claim: async (input) => unpackClaim(await write('claim', input)),
    settle: async (batch) => write('settle', packSettlements(batch)),
    report: (batch) => write('report', batch),
    recover: (input) => write('recover', input),
    reconcile: (input) => write('reconcile', input),
    cancelRun: (input, signal) => writeUnless(signal, 'cancelRun', input),
    makeDue: (input, signal) => writeUnless(signal, 'makeDue', input),
    prune: (retention) => write('prune', retention),
    getJob: (jobId, handlers) => read('getJob', { jobId, handlers }),
    listJobs: (query) => read('listJobs', query),
    countHealth: (input) => read('countHealth', input),
    getRun: (runId) => read('getRun', runId),
    listRuns: (query) => read('listRuns', query),
    getLogs: (runId) => read('getLogs', runId),
    listAudit: (input) => read('listAudit', input),
    stats: (input) => read('stats', input),
    jobHours: (input) => read('jobHours', input),
  };
}

function notOpen(): StoreError {
  return new StoreError('unavailable', 'The store is not open: open() it, or start() its engine, first.');
}
