import type { Clock } from '../../core/clock.ts';
import { type AbortFlag, refuseAborted, refuseOpen, StoreError } from '../../core/model/errors.ts';
import type { JobStore } from '../../core/store/store.ts';
import { backfill, cancelBackfill } from '../../core/transactions/backfills/backfills.ts';
import {
  cancelBulkCommand,
  insertBulkCommand,
  saveBulkCommand,
} from '../../core/transactions/bulk/bulk-commands.ts';
import { saveCheckpoint } from '../../core/transactions/checkpoints/checkpoints.ts';
import { claim } from '../../core/transactions/claim.ts';
import { command, insertJob } from '../../core/transactions/commands.ts';
import { declareJobs } from '../../core/transactions/declarations/declare-jobs.ts';
import { regroupRuns, setTypeLimits } from '../../core/transactions/limits/set-type-limits.ts';
import { pauseAll, resumeAll } from '../../core/transactions/pause-all.ts';
import { plan } from '../../core/transactions/plan.ts';
import { prune } from '../../core/transactions/prune.ts';
import { recordChange } from '../../core/transactions/record-change.ts';
import { cancelRun, makeDue, report } from '../../core/transactions/run-commands.ts';
import { runScript } from '../../core/transactions/script.ts';
import { reconcile, recover, settle } from '../../core/transactions/settle.ts';
import { createSystemClock } from '../../system-clock.ts';
import { MAX_LIVE_RUNS, MAX_RUNS_PUT_OFF } from '../rows/bounds.ts';
import { LocalNodes } from '../rows/local-nodes.ts';
import { createAlerts } from './alerts.ts';
import { createCalendars } from './calendars.ts';
import { MemoryDatabase } from './memory-database.ts';
import { createReads } from './reads/reads.ts';
import { createSecrets } from './secrets.ts';
import { limitWaitsIn } from './tables/limit-tables.ts';
import { runOn, type Transaction } from './tables/tables.ts';

export interface MemoryStoreOptions {
  /** Default: the system's. */
  readonly clock?: Clock;
  /**
   * Share a database among several stores to simulate a restart or several processes. Default: an empty one.
   */
  readonly database?: MemoryDatabase;
  /** The most live runs that a job may have (default 100,000); see P7, overlap. */
  readonly maxLiveRuns?: number;
  /** The most runs with a future `run_at` that a job may have (default 10,000); see P15, run now. */
  readonly maxRunsPutOff?: number;
}

/**
 * A store in memory, for tests: it keeps the whole contract of a {@link JobStore} except durability and the
 * rollback of a call that throws. It needs no file and no thread. Times are those of `clock`.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): JobStore {
  const { clock = createSystemClock(), database: db = new MemoryDatabase() } = options;
  const { maxLiveRuns = MAX_LIVE_RUNS, maxRunsPutOff = MAX_RUNS_PUT_OFF } = options;
  const on = { db, limits: { maxLiveRuns, maxRunsPutOff } };
  const nodes = new LocalNodes();
  let isOpen = false;
  const whileOpen = async <T>(work: (now: number) => T): Promise<T> => {
    if (!isOpen) throw new StoreError('unavailable', 'The store is not open: await store.open() first.');
    return work(clock.now());
  };
  const run = <T>(transaction: Transaction<T>) => whileOpen((now) => runOn(on, now, transaction));
  const runUnless = async <T>(signal: AbortFlag | undefined, transaction: Transaction<T>) => {
    refuseAborted(signal);
    return run(transaction);
  };
  return {
    async open() {
      refuseOpen(isOpen);
      isOpen = true;
    },
    async close() {
      isOpen = false;
    },
    now: () => clock.now(),
    check: () => whileOpen(() => undefined),
    join: async (node, listener) => nodes.join(node, listener),
    listNodes: async () => nodes.list(clock.now()),
    drainNode: (input) => nodes.drain(input, (change) => run(() => recordChange(change))),
    insertJob: (input, signal) => runUnless(signal, (unit) => insertJob(unit, input)),
    command: (input, signal) => runUnless(signal, (unit) => command(unit, input)),
    declareJobs: (input) => run((unit) => declareJobs(unit, input, nodes.declaring())),
    plan: (input) => run((unit) => plan(unit, input)),
    claim: (input) => run((unit) => claim(unit, input)),
    settle: (batch) => run((unit) => settle(unit, batch)),
    report: (batch) => run(() => report(batch)),
    recover: (input) => run((unit) => recover(unit, input)),
    reconcile: (input) => run((unit) => reconcile(unit, input)),
    cancelRun: (input, signal) => runUnless(signal, (unit) => cancelRun(unit, input)),
    makeDue: (input, signal) => runUnless(signal, (unit) => makeDue(unit, input)),
    backfill: (input) => run((unit) => backfill(unit, input)),
    cancelBackfill: (input) => run((unit) => cancelBackfill(unit, input)),
    insertBulkCommand: (input) => run(() => insertBulkCommand(input)),
    saveBulkCommand: (input) => run(() => saveBulkCommand(input)),
    cancelBulkCommand: (input) => run((unit) => cancelBulkCommand(unit, input)),
    ...createReads(db, whileOpen),
    ...createAlerts(db, { run, read: whileOpen }),
    ...createSecrets(db, { run, read: whileOpen }),
    saveCheckpoint: (input) => run((unit) => saveCheckpoint(unit, input)),
    readCheckpoint: (runId) => whileOpen(() => db.checkpoints.get(Number(runId))),
    ...createCalendars(db, { run, read: whileOpen }),
    setTypeLimits: (offered) => run(() => setTypeLimits(offered)),
    regroupRuns: (after, how) => run(() => regroupRuns(after, how)),
    limitWaits: (types) => whileOpen((now) => types.map((type) => limitWaitsIn(db, type, now))),
    pauseAll: (input, signal) => runUnless(signal, (unit) => pauseAll(unit, input)),
    resumeAll: (input, signal) => runUnless(signal, (unit) => resumeAll(unit, input)),
    prune: (retention) => whileOpen((now) => runScript(prune(retention), (step) => runOn(on, now, step))),
  };
}
