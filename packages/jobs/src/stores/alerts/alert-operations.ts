import type { AlertTables } from '../../core/transactions/alerts/alert-tables.ts';
import type { AsyncTables } from '../../core/transactions/script.ts';
import type { Read } from '../reads/read.ts';
import type { AlertScripts } from './alert-statements.ts';

/** Sends the statements of one operation. */
type RunNow = <T>(begin: (scripts: AlertScripts) => Read<T>) => T;
type RunLater = <T>(begin: (scripts: AlertScripts) => Read<T>) => Promise<T>;

type AsyncAlertTables = Pick<AsyncTables, keyof AlertTables>;

/** The operations on alerts, which both databases share. */
export function alertOperations(run: RunNow): AlertTables;
export function alertOperations(run: RunLater): AsyncAlertTables;
export function alertOperations(run: RunNow | RunLater): {
  readonly [M in keyof AlertTables]: (
    ...args: Parameters<AlertTables[M]>
  ) => ReturnType<AlertTables[M]> | Promise<ReturnType<AlertTables[M]>>;
} {
  return {
    alertChannels: () => run((s) => s.alertChannels()),
    lockAlertChannel: (id) => run((s) => s.lockAlertChannel(id)),
    saveAlertChannel: (channel) => run((s) => s.saveAlertChannel(channel)),
    removeAlertChannel: (id) => run((s) => s.removeAlertChannel(id)),
    jobsNaming: (channel, limit) => run((s) => s.jobsNaming(channel, limit)),
    addAlertDeliveries: (rows) => run((s) => s.addAlertDeliveries(rows)),
    lockAlertQueues: () => run((s) => s.lockAlertQueues()),
    saveAlertQueue: (channel, queue) => run((s) => s.saveAlertQueue(channel, queue)),
    gatherMessage: (channel, kind, until) => run((s) => s.gatherMessage(channel, kind, until)),
    triesOf: (message) => run((s) => s.triesOf(message)),
    saveMessage: (message, state) => run((s) => s.saveMessage(message, state)),
    freeAlertQueue: (channel, error) => run((s) => s.freeAlertQueue(channel, error)),
    findAlertDelivery: (id) => run((s) => s.findAlertDelivery(id)),
    takeAlertWatch: (ms) => run((s) => s.takeAlertWatch(ms)),
    toldConditions: (range) => run((s) => s.toldConditions(range)),
    rememberTold: (told) => run((s) => s.rememberTold(told)),
    forgetTold: (ids) => run((s) => s.forgetTold(ids)),
    watchedJobs: (ids) => run((s) => s.watchedJobs(ids)),
  };
}
