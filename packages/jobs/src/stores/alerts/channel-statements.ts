import type { AlertChannel, AlertDelivery, NewDelivery } from '../../core/alerts/alert.ts';
import type { AlertChannelView, AlertDeliveryQuery } from '../../core/store/alert-store.ts';
import type { Page } from '../../core/store/store-views.ts';
import { allOf, type Bound, bindable } from '../reads/dialect.ts';
import { objects, type Read } from '../reads/read.ts';
import { pageOf } from '../rows/page.ts';
import {
  CHANNEL_COLUMNS,
  channelOf,
  channelParams,
  channelViewOf,
  DELIVERY_COLUMNS,
  deliveryOf,
  type Row,
} from './alert-rows.ts';
import type { AlertSql } from './alert-sql.ts';

/** The statements about channels and the rows of the outbox. */
export function channelStatements({ schema, mark: m, each, lockChannels }: AlertSql) {
  const channels = `${schema}alert_channels`;
  const deliveries = `${schema}alert_deliveries`;
  const count = (which: string) =>
    `(SELECT count(*) FROM ${deliveries} AS d WHERE d.channel = c.id AND ${which})`;
  return {
    *alertChannels(): Read<readonly AlertChannel[]> {
      return (yield* objects(`SELECT ${CHANNEL_COLUMNS} FROM ${channels} ORDER BY id`, [])).map(channelOf);
    },

    *lockAlertChannel(id: string): Read<AlertChannel | undefined> {
      if (lockChannels !== undefined) yield* objects(lockChannels, []);
      const [row] = yield* objects(`SELECT ${CHANNEL_COLUMNS} FROM ${channels} WHERE id = ${m}1`, [id]);
      return row === undefined ? undefined : channelOf(row);
    },

    *saveAlertChannel(channel: AlertChannel): Read<void> {
      yield* objects(
        `INSERT INTO ${channels} (${CHANNEL_COLUMNS})
        VALUES (${m}1, ${m}2, ${m}3, ${m}4, ${m}5, ${m}6, ${m}7, ${m}8, ${m}9)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, config = excluded.config,
          all_jobs = excluded.all_jobs, conditions = excluded.conditions, updated_at = excluded.updated_at,
          is_off = excluded.is_off`,
        channelParams(channel),
      );
    },

    *removeAlertChannel(id: string): Read<void> {
      yield* objects(`DELETE FROM ${deliveries} WHERE channel = ${m}1`, [id]);
      yield* objects(`DELETE FROM ${channels} WHERE id = ${m}1`, [id]);
    },

    *jobsNaming(channel: string, limit: number): Read<readonly string[]> {
      // The ids of channels contain no character that LIKE or JSON escapes, except "_".
      const rows = yield* objects(
        `SELECT id FROM ${schema}jobs WHERE alerts LIKE ${m}1 ESCAPE '!' AND deleted_at IS NULL
        ORDER BY id LIMIT ${m}2`,
        [`%"${channel.replaceAll('_', '!_')}"%`, limit],
      );
      return rows.map((row) => (row as { id: string }).id);
    },

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

    *listAlertChannels(): Read<readonly AlertChannelView[]> {
      const rows = yield* objects(
        `SELECT ${CHANNEL_COLUMNS}, last_sent_at, last_error,
          ${count("d.status = 'pending' AND d.message IS NULL")}
          + ${count("d.status = 'pending' AND d.message IS NOT NULL")} AS pending,
          ${count("d.status = 'undeliverable'")} AS undeliverable
        FROM ${channels} AS c ORDER BY id`,
        [],
      );
      return rows.map(channelViewOf);
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
