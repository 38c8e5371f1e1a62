/** The oldest version that passes the tests, as `server_version_num` and by name. */
const OLDEST = { number: 130_000, name: '13' } as const;

/** Runs one statement, and returns its rows as objects. */
export type Ask = (sql: string, params: readonly string[]) => Promise<readonly unknown[]>;

/**
 * A schema that a store uses. It reads, inserts, updates and deletes rows in all tables, except for the two
 * below.
 */
export interface UsedSchema {
  readonly name: string;
  /** The table with the schema's version. Once it is up to date, it is only read. */
  readonly ledger: string;
  /** The table that rows are only inserted into. */
  readonly log: string;
}

interface ServerRow {
  readonly version: number;
  readonly version_name: string;
  readonly encoding: string;
  readonly is_replica: boolean;
  readonly is_read_only: boolean;
  readonly has_triggers: boolean;
  readonly who: string;
  readonly database: string;
}

interface RightsRow {
  readonly has_schema: boolean;
  readonly may_make_schema: boolean;
  readonly may_use_schema: boolean;
  readonly has_tables: boolean;
  readonly may_make_tables: boolean;
  /** A table or sequence on which the user lacks a privilege. */
  readonly closed: string | null;
}

/**
 * Returns why the store cannot use the schema, in one line that says what to do; undefined if it can. Call it
 * before any change. If the schema does not exist yet, it checks that the user may create it.
 */
export async function findServerFault(ask: Ask, schema: UsedSchema): Promise<string | undefined> {
  const server = (await ask(SERVER, []))[0] as ServerRow;
  if (server.version < OLDEST.number) {
    return `PostgreSQL ${server.version_name} is too old: upgrade it to ${OLDEST.name} or newer.`;
  }
  if (server.encoding !== 'UTF8') {
    return `The database ${server.database} has the encoding ${server.encoding}: make one that has every letter, with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`;
  }
  if (server.is_replica) {
    return `The database ${server.database} is on a replica, which only reads: give the URL of the primary.`;
  }
  if (server.is_read_only) {
    return `The database ${server.database} only reads: set default_transaction_read_only = off for it and for the user ${server.who}.`;
  }
  if (!server.has_triggers) {
    return `The user ${server.who} has the setting session_replication_role = replica, so that triggers of the database ${server.database} do not fire: let a superuser run ALTER ROLE ${server.who} RESET session_replication_role; (or ALTER DATABASE ${server.database} RESET session_replication_role;)`;
  }
  const rights = (await ask(RIGHTS, [schema.name, schema.ledger, schema.log]))[0] as RightsRow;
  return rightsFault(server, rights, schema.name);
}

function rightsFault({ who, database }: ServerRow, rights: RightsRow, schema: string): string | undefined {
  const { has_schema, may_make_schema, may_use_schema, has_tables, may_make_tables, closed } = rights;
  if (!has_schema) {
    if (may_make_schema) return undefined;
    return `The user ${who} may not make the schema ${schema} in the database ${database}: let its owner run CREATE SCHEMA ${schema} AUTHORIZATION ${who};`;
  }
  if (!may_use_schema || (!has_tables && !may_make_tables)) {
    return `The user ${who} may not work in the schema ${schema} of the database ${database}: let its owner run GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${who};`;
  }
  if (closed === null) return undefined;
  return `The user ${who} may not read and write ${schema}.${closed} in the database ${database}: let its owner run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${who}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${who};`;
}

const SERVER = `SELECT current_setting('server_version_num')::integer AS version,
  current_setting('server_version') AS version_name, current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS is_replica, current_setting('transaction_read_only') = 'on' AS is_read_only,
  current_setting('session_replication_role') <> 'replica' AS has_triggers,
  quote_ident(current_user) AS who, quote_ident(current_database()) AS database`;

// `has_table_privilege` with a list checks for any privilege of it, so each is checked alone. The sequence of
// an identity column needs none.
const RIGHTS = `WITH used AS (SELECT to_regnamespace($1)::oid AS oid),
  parts AS (
    SELECT relname, relkind, CASE relkind
      WHEN 'S' THEN has_sequence_privilege(class.oid, 'USAGE')
      ELSE has_table_privilege(class.oid, 'SELECT') AND (relname = $2 OR has_table_privilege(class.oid, 'INSERT')
        AND (relname = $3 OR has_table_privilege(class.oid, 'UPDATE') AND has_table_privilege(class.oid, 'DELETE')))
      END AS is_open
    FROM pg_class AS class JOIN used ON used.oid = relnamespace
    WHERE relkind IN ('r', 'p') OR relkind = 'S' AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'i'))
  SELECT used.oid IS NOT NULL AS has_schema,
    has_database_privilege(current_database(), 'CREATE') AS may_make_schema,
    coalesce(has_schema_privilege(used.oid, 'USAGE'), false) AS may_use_schema,
    coalesce(has_schema_privilege(used.oid, 'CREATE'), false) AS may_make_tables,
    EXISTS (SELECT FROM parts) AS has_tables,
    (SELECT quote_ident(relname) FROM parts WHERE NOT is_open ORDER BY relname LIMIT 1) AS closed
  FROM used`;
