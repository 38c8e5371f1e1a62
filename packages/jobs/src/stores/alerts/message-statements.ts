import { LISTED_ALERTS, messageIdOf } from '../../core/alerts/alert.ts';
import type { Mutable } from '../../core/objects.ts';
import type {
  AlertTables,
  GatheredMessage,
  MessageState,
} from '../../core/transactions/alerts/alert-tables.ts';
import { objects, type Read } from '../reads/read.ts';
import { alertOf, FRESH, RETRIED, type Row } from './alert-rows.ts';
import type { AlertSql } from './alert-sql.ts';

/** The most alerts in one digest. */
const LARGEST_DIGEST = 10_000;

/** The statements about the messages that are sent. */
export function messageStatements({ schema, mark: m }: AlertSql) {
  const deliveries = `${schema}alert_deliveries`;

  function* putInMessage(channel: string, most: number, until: number): Read<string | undefined> {
    const [row] = yield* objects(
      `SELECT id, at FROM ${deliveries} WHERE channel = ${m}1 AND ${FRESH} ORDER BY id LIMIT 1`,
      [channel],
    );
    if (row === undefined) return undefined;
    const message = messageIdOf(row as { readonly id: number; readonly at: number });
    yield* objects(
      `UPDATE ${deliveries} SET message = ${m}2, due_at = ${m}3 WHERE id IN
        (SELECT id FROM ${deliveries} WHERE channel = ${m}1 AND ${FRESH} ORDER BY id LIMIT ${m}4)`,
      [channel, message, until, most],
    );
    return message;
  }

  function* takeAgain(channel: string, until: number): Read<string | undefined> {
    const [row] = yield* objects(
      `SELECT message FROM ${deliveries} WHERE channel = ${m}1 AND ${RETRIED} ORDER BY due_at, id LIMIT 1`,
      [channel],
    );
    if (row === undefined) return undefined;
    const { message } = row as { readonly message: string };
    yield* objects(
      `UPDATE ${deliveries} SET due_at = ${m}2 WHERE message = ${m}1 AND status <> 'sent' AND status = 'pending'`,
      [message, until],
    );
    return message;
  }

  return {
    *gatherMessage(
      ...[channel, kind, until]: Parameters<AlertTables['gatherMessage']>
    ): Read<GatheredMessage | undefined> {
      const message =
        kind === 'retry'
          ? yield* takeAgain(channel, until)
          : yield* putInMessage(channel, kind === 'one' ? 1 : LARGEST_DIGEST, until);
      if (message === undefined) return undefined;
      const of = `FROM ${deliveries} WHERE message = ${m}1 AND status <> 'sent'`;
      const found = yield* objects(
        `SELECT condition, count(*) AS count, max(tries) AS tries ${of} GROUP BY condition ORDER BY condition`,
        [message],
      );
      const alerts = yield* objects(`SELECT alert ${of} ORDER BY id LIMIT ${LISTED_ALERTS}`, [message]);
      return gathered(
        message,
        found as readonly Row[],
        alerts.map((row) => (row as { readonly alert: string }).alert),
      );
    },

    *triesOf(message: string): Read<number | undefined> {
      const [row] = yield* objects(
        `SELECT tries FROM ${deliveries} WHERE message = ${m}1 AND status <> 'sent' AND status = 'pending' LIMIT 1`,
        [message],
      );
      return row === undefined ? undefined : (row as { readonly tries: number }).tries;
    },

    *saveMessage(message: string, { status, tries, dueAt, error }: MessageState, now: number): Read<void> {
      yield* objects(
        `UPDATE ${deliveries} SET status = ${m}2, tries = ${m}3, due_at = ${m}4, error = ${m}5, settled_at = ${m}6
        WHERE message = ${m}1 AND status <> 'sent'`,
        [message, status, tries, dueAt ?? null, error ?? null, status === 'pending' ? null : now],
      );
    },
  };
}

function gathered(message: string, found: readonly Row[], alerts: readonly string[]): GatheredMessage {
  const counts: Mutable<GatheredMessage['message']['counts']> = {};
  let count = 0;
  let tries = 0;
  for (const row of found) {
    counts[row.condition as keyof typeof counts] = row.count as number;
    count += row.count as number;
    tries = Math.max(tries, row.tries as number);
  }
  const listed = alerts.map(alertOf);
  return { message: { id: message, alerts: listed, count, counts, isDigest: count > 1 }, tries };
}
