import type { AlertChannel } from '../../core/alerts/alert.ts';
import type { AlertChannelView } from '../../core/store/alert-store.ts';
import { objects, type Read } from '../reads/read.ts';
import { CHANNEL_COLUMNS, channelOf, channelParams, channelViewOf } from './alert-rows.ts';
import type { AlertSql } from './alert-sql.ts';

/** The statements about channels. */
export function channelStatements({ schema, mark: m, lockChannels }: AlertSql) {
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
  };
}
