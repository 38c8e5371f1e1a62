/**
 * Settings that a role or a database may have, and that would end or change the store's statements, with the
 * values that the store needs. `default_transaction_read_only` is not among them: the store refuses to start.
 */
const NEEDED = {
  statement_timeout: '0',
  lock_timeout: '0',
  // Also between a BEGIN and the settings of its transaction.
  idle_in_transaction_session_timeout: '10s',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  search_path: 'pg_catalog, public',
  array_nulls: 'on',
  transform_null_equals: 'off',
  standard_conforming_strings: 'on',
  extra_float_digits: '1',
  bytea_output: 'hex',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
} as const;

/**
 * Gives a session of the store the settings that it needs, whatever the role and the database set. Parameter:
 * the backend of the handshake. It does nothing behind a pooler, whose sessions belong to others, too. Servers
 * before 14 and 17 do not know all settings.
 */
export const SET_SESSION = `SELECT ${Object.entries(NEEDED).map(setIfKnown).join(', ')}
  WHERE pg_catalog.pg_backend_pid() = $1::pg_catalog.int4`;

function setIfKnown([name, value]: readonly [string, string]): string {
  return `CASE WHEN pg_catalog.current_setting('${name}', true) IS NOT NULL
    THEN pg_catalog.set_config('${name}', '${value}', false) END`;
}
