import type { AlertTables } from '../../core/transactions/alerts/alert-tables.ts';
import type { Read } from '../reads/read.ts';
import type { AlertSql } from './alert-sql.ts';
import { channelStatements } from './channel-statements.ts';
import { deliveryStatements } from './delivery-statements.ts';
import { messageStatements } from './message-statements.ts';
import { queueStatements } from './queue-statements.ts';
import { toldStatements } from './told-statements.ts';

/** The operations on alerts in the SQL of one database: written once, and run by each store. */
export function createAlertStatements(sql: AlertSql) {
  return {
    ...channelStatements(sql),
    ...deliveryStatements(sql),
    ...queueStatements(sql),
    ...messageStatements(sql),
    ...toldStatements(sql),
  };
}

type AlertStatements = ReturnType<typeof createAlertStatements>;

/** An operation of {@link AlertTables}, as the statements that it sends. */
export type AlertScripts = {
  readonly [M in keyof AlertTables]: (
    ...args: Parameters<AlertTables[M]>
  ) => Read<ReturnType<AlertTables[M]>>;
};

/** The operations of one transaction, whose time is `now`. */
export function alertScripts(statements: AlertStatements, now: number): AlertScripts {
  return {
    ...statements,
    saveMessage: (message, state) => statements.saveMessage(message, state, now),
    freeAlertQueue: (channel, error) => statements.freeAlertQueue(channel, error, now),
    takeAlertWatch: (ms) => statements.takeAlertWatch(ms, now),
    rememberTold: (told) => statements.rememberTold(told, now),
  };
}
