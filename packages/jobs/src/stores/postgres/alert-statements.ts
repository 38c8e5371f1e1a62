import { createAlertStatements } from '../alerts/alert-statements.ts';

/** An arbitrary number: the key of the advisory lock under which channels change. */
const CHANNELS_LOCK = 7_236_451_905;

/** The statements about alerts, in PostgreSQL's dialect. */
export const ALERTS = createAlertStatements({
  schema: 'greenvue_jobs.',
  mark: '$',
  each: (parameter) => `json_array_elements(CAST(${parameter} AS json)) AS entry (value)`,
  lockFree: 'FOR UPDATE OF c SKIP LOCKED',
  lockChannels: `SELECT pg_advisory_xact_lock(CAST(${CHANNELS_LOCK} AS bigint))::text AS locked`,
  inByteOrder: (column) => `${column} COLLATE "C"`,
});
