import type { AlertTables } from '../../../core/transactions/alerts/alert-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { type AlertScripts, alertScripts } from '../../alerts/alert-statements.ts';
import type { Read } from '../../reads/read.ts';
import { ALERTS } from '../alert-statements.ts';
import { runRead } from '../postgres-reads.ts';
import type { Unit } from './unit.ts';

/** The operations on alerts, which both databases share. */
export function alertTables(u: Unit): Pick<AsyncTables, keyof AlertTables> {
  const run = <T>(begin: (scripts: AlertScripts) => Read<T>): Promise<T> =>
    runRead(u.q, begin(alertScripts(ALERTS, u.now)));
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
