import { createAlertStatements } from '../alerts/alert-statements.ts';

/** The statements about alerts, in SQLite's dialect. */
export const ALERTS = createAlertStatements({
  schema: '',
  mark: '?',
  each: (parameter) => `json_each(${parameter})`,
  lockFree: '',
  // The collation of a column is BINARY unless it says otherwise.
  inByteOrder: (column) => column,
});
