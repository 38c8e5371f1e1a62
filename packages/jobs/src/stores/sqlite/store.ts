import type { BulkReads, StoreBulk } from '../../core/bulk/store-bulk.ts';
import type { Clock } from '../../core/clock.ts';
import { type AbortFlag, refuseAborted, refuseOpen, StoreError } from '../../core/model/errors.ts';
import type { CheckpointStore } from '../../core/store/checkpoint-store.ts';
import type { SecretStore } from '../../core/store/secret-store.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { BackfillReads, StoreBackfills } from '../../core/store/store-backfills.ts';
import type { RunLimits } from '../rows/bounds.ts';
import { LocalNodes } from '../rows/local-nodes.ts';
import { type OpenDatabase, openDatabase } from './threads/open-database.ts';
import type { Input, Output, ReadMethod, WriteMethod } from './threads/protocol.ts';
import { packSettlements, unpackClaim, unpackPlan } from './threads/thread-codec.ts';

export interface SqliteOptions {
  /**
   * The id of the database, for an installation with several. A database without an id gets it; one with
   * another id is refused (`unusable`). Default: a random id. `readDatabaseIdentity()` reads it.
   */
  readonly databaseId?: string;
}

export interface SqliteStoreOptions extends SqliteOptions {
  /**
   * Path or `file:` URI of the database; created if missing. Its folder must exist. `:memory:` keeps it in
   * memory until the store is closed.
   */
  readonly file: string;
  readonly clock: Clock;
  readonly limits?: RunLimits;
}

type Write = <M extends WriteMethod>(method: M, input: Input<M>, signal?: AbortFlag) => Promise<Output<M>>;
type Read = <M extends ReadMethod>(method: M, input: Input<M>) => Promise<Output<M>>;

/**
 * The store for one process: a SQLite file, used by two threads, so no database call blocks the event loop.
 * `open()` locks the file until `close()`; a second store gets `in_use`. After a crash it checks the file:
 * damage rejects `open()`, or fires `lost` when found after a second.
 */
export function createSqliteStore({ file, clock, databaseId, limits }: SqliteStoreOptions): JobStore {
  let database: OpenDatabase | undefined;
  let isOpen = false;
  const losing = new AbortController();

  const nodes = new LocalNodes();
  const opened = (): OpenDatabase => {
    if (database !== undefined) return database;
    throw new StoreError('unavailable', 'The store is not open: await store.open() first.');
  };
  // Requests go to their thread at once.
  const write: Write = async (method, input, signal) => {
    refuseAborted(signal);
    return opened().writer.ask(method, input);
  };
  const read: Read = async (method, input) => opened().reader.ask(method, input);

  return {
    lost: losing.signal,
    async open() {
      refuseOpen(isOpen);
      isOpen = true;
      const lost = (error: StoreError) => losing.abort(error);
      try {
        database = await openDatabase({ file, databaseId, limits, now: () => clock.now(), lost });
      } catch (error) {
        isOpen = false;
        throw error;
      }
    },
    async close() {
      await database?.close();
      isOpen = false;
    },
    now: () => clock.now(),
    join: async (node, listener) => nodes.join(node, listener),
    listNodes: async () => nodes.list(clock.now()),
    drainNode: (input) => nodes.drain(input, (change) => write('recordChange', change)),
    async check() {
      await Promise.all([write('check', undefined), read('check', undefined)]);
    },
    insertJob: (input, signal) => write('insertJob', input, signal),
    command: (input, signal) => write('command', input, signal),
    declareJobs: (input) => write('declareJobs', { input, nodes: nodes.declaring() }),
    plan: async (input) => unpackPlan(await write('plan', input)),
    claim: async (input) => unpackClaim(await write('claim', input)),
    settle: (batch) => write('settle', packSettlements(batch)),
    report: (batch) => write('report', batch),
    recover: (input) => write('recover', input),
    reconcile: (input) => write('reconcile', input),
    cancelRun: (input, signal) => write('cancelRun', input, signal),
    makeDue: (input, signal) => write('makeDue', input, signal),
    pauseAll: (input, signal) => write('pauseAll', input, signal),
    resumeAll: (input, signal) => write('resumeAll', input, signal),
    ...longCommands(write, read),
    ...secretMethods(write, read),
    ...checkpointMethods(write, read),
    prune: (retention) => write('prune', retention),
    getPauseOfAll: () => read('getPauseOfAll', undefined),
    getJob: (jobId, handlers, lateFrom) => read('getJob', { jobId, handlers, lateFrom }),
    listJobs: (query) => read('listJobs', query),
    countHealth: (input) => read('countHealth', input),
    listTags: (query) => read('listTags', query),
    listVersions: (query) => read('listVersions', query),
    getRun: (runId) => read('getRun', runId),
    listRuns: (query) => read('listRuns', query),
    listFailures: (query) => read('listFailures', query),
    getLogs: (runId) => read('getLogs', runId),
    listAudit: (input) => read('listAudit', input),
    stats: (input) => read('stats', input),
    jobHours: (input) => read('jobHours', input),
    runTimeline: (query) => read('runTimeline', query),
    forecastJobs: (input) => read('forecastJobs', input),
    changeAlertChannel: (input) => write('changeAlertChannel', input),
    listAlertChannels: () => read('listAlertChannels', undefined),
    listAlertDeliveries: (query) => read('listAlertDeliveries', query),
    takeAlertMessages: () => write('takeAlertMessages', undefined),
    settleAlertMessage: (end) => write('settleAlertMessage', end),
    retryAlertDelivery: (input) => write('retryAlertDelivery', input),
    takeAlertWatch: (input) => write('takeAlertWatch', input),
    tellTimedStates: (range) => write('tellTimedStates', range),
    setTypeLimits: (offered) => write('setTypeLimits', offered),
    regroupRuns: (after, how) => write('regroupRuns', { after, how }),
    limitWaits: (types) => read('limitWaits', types),
    changeCalendar: (input) => write('changeCalendar', input),
    listCalendars: () => read('listCalendars', undefined),
    history: (query) => read('history', query),
  };
}

/** Backfills and bulk commands: they are watched and cancelled. */
function longCommands(write: Write, read: Read): StoreBackfills & BackfillReads & StoreBulk & BulkReads {
  return {
    backfill: (input) => write('backfill', input),
    cancelBackfill: (input) => write('cancelBackfill', input),
    insertBulkCommand: (input) => write('insertBulkCommand', input),
    saveBulkCommand: (input) => write('saveBulkCommand', input),
    cancelBulkCommand: (input) => write('cancelBulkCommand', input),
    getBackfill: (id) => read('getBackfill', id),
    listBackfills: (query) => read('listBackfills', query),
    getBulkCommand: (id) => read('getBulkCommand', id),
    listBulkCommands: (query) => read('listBulkCommands', query),
  };
}

function secretMethods(write: Write, read: Read): SecretStore {
  return {
    changeSecret: (input) => write('changeSecret', input),
    listSecrets: () => read('listSecrets', undefined),
    findSecrets: (names) => read('findSecrets', names),
    listSealed: (query) => read('listSealed', query),
    replaceSealed: (input) => write('replaceSealed', input),
  };
}

function checkpointMethods(write: Write, read: Read): CheckpointStore {
  return {
    saveCheckpoint: (input) => write('saveCheckpoint', input),
    readCheckpoint: (runId) => read('readCheckpoint', runId),
  };
}
