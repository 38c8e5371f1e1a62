import type { AlertStore } from '../../core/store/alert-store.ts';
import {
  changeAlertChannel,
  retryAlertDelivery,
  settleAlertMessage,
  takeAlertMessages,
} from '../../core/transactions/alerts/alerts.ts';
import { takeAlertWatch, tellTimedStates } from '../../core/transactions/alerts/timed-alerts.ts';
import { pageOf } from '../rows/page.ts';
import type { MemoryDatabase } from './memory-database.ts';
import type { Transaction } from './tables/tables.ts';

interface Access {
  run<T>(transaction: Transaction<T>): Promise<T>;
  read<T>(work: () => T): Promise<T>;
}

export function createAlerts(db: MemoryDatabase, { run, read }: Access): AlertStore {
  const countOf = (id: string, status: string) =>
    [...db.deliveries.values()].filter((row) => row.channel === id && row.status === status).length;
  return {
    changeAlertChannel: (input) => run((unit) => changeAlertChannel(unit, input)),
    listAlertChannels: () =>
      read(() =>
        [...db.alertChannels.values()]
          .sort((a, b) => (a.channel.id < b.channel.id ? -1 : 1))
          .map(({ queue: _, channel, ...last }) => ({
            channel,
            pending: countOf(channel.id, 'pending'),
            undeliverable: countOf(channel.id, 'undeliverable'),
            ...last,
          })),
      ),
    listAlertDeliveries: ({ channel, status, condition, jobId, before, limit }) =>
      read(() => {
        const found = [...db.deliveries.values()]
          .filter((row) => (channel ?? row.channel) === row.channel && (status ?? row.status) === row.status)
          .filter(({ alert }) => (condition ?? alert.condition) === alert.condition)
          .filter(({ alert }) => (jobId ?? alert.jobId) === alert.jobId)
          .filter(({ id }) => before === undefined || Number(id) < Number(before))
          .sort((a, b) => Number(b.id) - Number(a.id));
        return pageOf(found, limit, ({ id }) => ({ value: null, key: id }));
      }),
    takeAlertMessages: () => run(takeAlertMessages),
    settleAlertMessage: (end) => run((unit) => settleAlertMessage(unit, end)),
    retryAlertDelivery: (input) => run((unit) => retryAlertDelivery(unit, input)),
    takeAlertWatch: (input) => run(() => takeAlertWatch(input)),
    tellTimedStates: (range) => run((unit) => tellTimedStates(unit, range)),
  };
}
