import type { AlertDelivery, NewDelivery } from '../../core/alerts/alert.ts';
import type { AlertDeliveryQuery } from '../../core/store/alert-store.ts';
import type { Page } from '../../core/store/store-views.ts';
import { allOf, type Bound, bindable } from '../reads/dialect.ts';
import { objects, type Read } from '../reads/read.ts';
import { pageOf } from '../rows/page.ts';
import { DELIVERY_COLUMNS, deliveryOf, type Row } from './alert-rows.ts';
import type { AlertSql } from './alert-sql.ts';

/** The statements about the rows of the outbox. */
export function deliveryStatements({ schema, mark: m, each }: AlertSql) {
  const deliveries = `${schema}alert_deliveries`;
  return {
    *addAlertDeliveries(rows: readonly NewDelivery[]): Read<void> {
      const json = rows.map(({ channel, alert }) => ({
        channel,
        condition: alert.condition,
        job_id: alert.jobId,
        at: alert.at,
        alert: JSON.stringify(alert).replaceAll('\\u0000', '\\ufffd'),
      }));
      yield* objects(
        `INSERT INTO ${deliveries} (channel, condition, job_id, at, alert, status, tries)
        SELECT value->>'channel', value->>'condition', value->>'job_id', CAST(value->>'at' AS bigint),
          value->>'alert', 'pending', 0 FROM ${each(`${m}1`)}`,
        [JSON.stringify(json)],
      );
    },

    *findAlertDelivery(id: string): Read<AlertDelivery | undefined> {
      const [row] = yield* objects(`SELECT ${DELIVERY_COLUMNS} FROM ${deliveries} WHERE id = ${m}1`, [
        bindable(Number(id)),
      ]);
      return row === undefined ? undefined : deliveryOf(row);
    },

    *listAlertDeliveries(query: AlertDeliveryQuery): Read<Page<AlertDelivery>> {
      const params: Bound[] = [];
      const bind = (value: Bound) => `${m}${params.push(value)}`;
      const where: string[] = [];
      const { channel, condition, status, jobId, before, limit } = query;
      if (channel !== undefined) where.push(`channel = ${bind(channel)}`);
      if (condition !== undefined) where.push(`condition = ${bind(condition)}`);
      if (jobId !== undefined) where.push(`job_id = ${bind(jobId)}`);
      // A literal, for the partial index.
      if (status !== undefined) where.push(`status = '${status}'`);
      if (before !== undefined) where.push(`id < ${bind(bindable(Number(before)))}`);
      const rows = yield* objects(
        `SELECT ${DELIVERY_COLUMNS} FROM ${deliveries} ${allOf(where)} ORDER BY id DESC LIMIT ${bind(limit + 1)}`,
        params,
      );
      return pageOf(rows.map(deliveryOf), limit, ({ id }) => ({ value: null, key: id }));
    },

    /** Looks only at the oldest rows, which have the lowest ids. Returns how many it removed. */
    *removeOldDeliveries(before: number, limit: number): Read<number> {
      const rows = yield* objects(
        `DELETE FROM ${deliveries} WHERE id IN (SELECT id FROM
          (SELECT id, at FROM ${deliveries} ORDER BY id LIMIT ${m}2) AS oldest WHERE at < ${m}1) RETURNING id`,
        [before, limit],
      );
      return (rows as readonly Row[]).length;
    },
  };
}
