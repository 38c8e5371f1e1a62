import type { AlertTables } from '../../../core/transactions/alerts/alert-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { alertOperations } from '../../alerts/alert-operations.ts';
import { alertScripts } from '../../alerts/alert-statements.ts';
import { ALERTS } from '../alert-statements.ts';
import { runRead } from '../postgres-reads.ts';
import type { Unit } from './unit.ts';

export function alertTables(u: Unit): Pick<AsyncTables, keyof AlertTables> {
  return alertOperations((begin) => runRead(u.q, begin(alertScripts(ALERTS, u.now))));
}
