import type { AlertStore } from '../../../core/store/alert-store.ts';
import {
  changeAlertChannel,
  retryAlertDelivery,
  settleAlertMessage,
  takeAlertMessages,
} from '../../../core/transactions/alerts/alerts.ts';
import { takeAlertWatch, tellTimedStates } from '../../../core/transactions/alerts/timed-alerts.ts';
import type { Script } from '../../../core/transactions/script.ts';
import { ALERTS } from '../alert-statements.ts';
import { runRead } from '../postgres-reads.ts';
import { runIn } from '../tables/tables.ts';
import type { Unit } from '../tables/unit.ts';
import type { Parts } from './writes.ts';

/** The alerts. Their transactions run beside the passes, and wait for none. A stop waits for them. */
export function createAlerts({ db, writes }: Parts): AlertStore {
  const run = <T>(script: (u: Unit) => Script<T>) => writes.besideBriefly((u) => runIn(u, script(u)));
  return {
    changeAlertChannel: (input) => run((u) => changeAlertChannel(u, input)),
    listAlertChannels: () =>
      writes.tracked(() => db.boundedTransaction((q) => runRead(q, ALERTS.listAlertChannels()))),
    listAlertDeliveries: (query) => writes.tracked(() => runRead(db, ALERTS.listAlertDeliveries(query))),
    takeAlertMessages: () => run(takeAlertMessages),
    settleAlertMessage: (end) => run((u) => settleAlertMessage(u, end)),
    retryAlertDelivery: (input) => run((u) => retryAlertDelivery(u, input)),
    takeAlertWatch: (input) => run(() => takeAlertWatch(input)),
    tellTimedStates: (range) => run((u) => tellTimedStates(u, range)),
  };
}
