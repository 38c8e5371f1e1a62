import type { Clock } from '../../core/clock.ts';
import { StoreError } from '../../core/errors.ts';
import type { JobStore } from '../../core/store.ts';
import { resolveDatabaseFile } from './database-file.ts';
import { lockDatabase } from './database-lock.ts';
import type { FileLock } from './file-lock.ts';
import { createNodes } from './nodes.ts';
import { packSettlements, unpackClaim, unpackPlan } from './packed.ts';
import type { Inputs, Output, ReadInputs, WriteInputs } from './protocol.ts';
import { ThreadChannel } from './thread-channel.ts';

export interface SqliteStoreOptions {
  /**
   * Path or `file:` URI of the database; made when there is none. Its folder must exist. `:memory:` keeps it in memory until
   * the store is closed.
   */
  readonly file: string;
  readonly clock: Clock;
}

/**
 * The store for one process on one machine: a SQLite file. All work on it happens in two threads, one that writes and one
 * that reads, so that no database call ever runs on the event loop. Times are those of `clock` when a method is called.
 * `open()` locks the file until `close()` or the end of the process, and rejects with a `StoreError` of code `in_use` while
 * another store has it open, in this process or another: what a dead process left can be taken back at once (P9).
 */
export function createSqliteStore({ file, clock }: SqliteStoreOptions): JobStore {
  let threads: { readonly writer: ThreadChannel; readonly reader: ThreadChannel } | undefined;
  let lock: FileLock | undefined;

  const nodes = createNodes();
  const write = <M extends keyof WriteInputs>(method: M, input: Inputs[M]): Promise<Output<M>> =>
    threads === undefined ? Promise.reject(notOpen()) : threads.writer.ask(method, input);
  const read = <M extends keyof ReadInputs>(method: M, input: Inputs[M]): Promise<Output<M>> =>
    threads === undefined ? Promise.reject(notOpen()) : threads.reader.ask(method, input);

  return {
    async open() {
      const target = resolveDatabaseFile(file);
      // Before anything is read: what another process has under way must not be taken for left over.
      const taken = lockDatabase(target);
      const start = (module: string) =>
        new ThreadChannel({ module, file: target.name, now: () => clock.now() });
      // Both start at once; the reader opens the database when the writer has brought it up to date.
      const writer = start('writer-thread');
      const reader = start('reader-thread');
      try {
        await writer.open();
        await reader.open();
      } catch (error) {
        await Promise.all([reader.close(), writer.close()]);
        taken.release();
        throw error;
      }
      threads = { writer, reader };
      lock = taken;
    },
    async close() {
      // The writer last: the last connection to close folds the log into the database.
      await threads?.reader.close();
      await threads?.writer.close();
      lock?.release();
      lock = undefined;
    },
    now: () => clock.now(),
    join: nodes.join,
    listNodes: async () => nodes.list(clock.now()),
    async check() {
      await Promise.all([write('check', undefined), read('check', undefined)]);
    },
    insertJob: (input) => write('insertJob', input),
    command: (input) => write('command', input),
    plan: async (input) => unpackPlan(await write('plan', input)),
    claim: async (input) => unpackClaim(await write('claim', input)),
    settle: async (batch) => write('settle', packSettlements(batch)),
    report: (batch) => write('report', batch),
    recover: (input) => write('recover', input),
    reconcile: (input) => write('reconcile', input),
    cancelRun: (input) => write('cancelRun', input),
    makeDue: (input) => write('makeDue', input),
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
