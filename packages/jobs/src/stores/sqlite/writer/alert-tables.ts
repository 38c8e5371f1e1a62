import type { AlertTables } from '../../../core/transactions/alerts/alert-tables.ts';
import { alertOperations } from '../../alerts/alert-operations.ts';
import { alertScripts } from '../../alerts/alert-statements.ts';
import { ALERTS } from '../alert-statements.ts';
import { runRead } from '../sqlite-reads.ts';
import type { Writer } from './writer.ts';

export function alertTables(w: Writer): AlertTables {
  return alertOperations((begin) => runRead(w.db, begin(alertScripts(ALERTS, w.unit.now))));
}
