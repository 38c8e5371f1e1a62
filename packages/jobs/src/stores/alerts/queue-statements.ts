import { type AlertQueue, MOST_A_MINUTE } from '../../core/alerts/alert-queue.ts';
import type { WaitingQueues } from '../../core/transactions/alerts/alert-tables.ts';
import { objects, type Read } from '../reads/read.ts';
import { CHANNEL_COLUMNS, channelOf, FRESH, queueOf, RETRIED, type Row } from './alert-rows.ts';
import type { AlertSql } from './alert-sql.ts';

/** The statements about what waits for channels. */
export function queueStatements({ schema, mark: m, lockFree }: AlertSql) {
  const channels = `${schema}alert_channels`;
  const deliveries = `${schema}alert_deliveries`;
  const WAITS = `(EXISTS (SELECT 1 FROM ${deliveries} WHERE channel = c.id AND ${FRESH})
    OR EXISTS (SELECT 1 FROM ${deliveries} WHERE channel = c.id AND ${RETRIED}))`;
  return {
    *lockAlertQueues(): Read<WaitingQueues> {
      const rows = yield* objects(
        `WITH free AS MATERIALIZED (SELECT ${CHANNEL_COLUMNS}, window_from, window_sent, busy_until,
          (SELECT count(*) FROM (SELECT 1 FROM ${deliveries} WHERE channel = c.id AND ${FRESH}
            LIMIT ${MOST_A_MINUTE + 1}) AS few) AS fresh,
          (SELECT min(due_at) FROM ${deliveries} WHERE channel = c.id AND ${RETRIED}) AS retry_at
        FROM ${channels} AS c WHERE ${WAITS} ORDER BY id ${lockFree})
        SELECT free.* FROM ${channels} AS c LEFT JOIN free ON free.id = c.id WHERE ${WAITS} ORDER BY c.id`,
        [],
      );
      const free = rows.filter((row) => (row as Row).id !== null);
      const locked = free.map((raw) => {
        const { fresh, retry_at: retryAt } = raw as {
          readonly fresh: number;
          readonly retry_at: number | null;
        };
        const waiting = { fresh, ...(retryAt === null ? {} : { retryAt }) };
        return { channel: channelOf(raw), queue: queueOf(raw), waiting };
      });
      return { locked, leavesOut: free.length < rows.length };
    },

    *saveAlertQueue(channel: string, { windowFrom, sent, busyUntil }: AlertQueue): Read<void> {
      yield* objects(
        `UPDATE ${channels} SET window_from = ${m}2, window_sent = ${m}3, busy_until = ${m}4 WHERE id = ${m}1`,
        [channel, windowFrom ?? null, sent, busyUntil ?? null],
      );
    },

    *freeAlertQueue(channel: string, error: string | undefined, now: number): Read<void> {
      const sentAt = error === undefined ? `, last_sent_at = ${m}3` : '';
      yield* objects(
        `UPDATE ${channels} SET busy_until = NULL, last_error = ${m}2${sentAt} WHERE id = ${m}1`,
        error === undefined ? [channel, null, now] : [channel, error],
      );
    },
  };
}
