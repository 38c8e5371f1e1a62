import type { Mutable } from '../../core/objects.ts';
import type {
  SealedRow,
  SealedRowsQuery,
  SealedTable,
  SecretStore,
  SecretView,
  StoredSecret,
} from '../../core/store/secret-store.ts';
import type { SecretRow, SecretTables } from '../../core/transactions/secrets/secret-tables.ts';
import { type Bound, bindable } from '../reads/dialect.ts';
import { objects, type Read } from '../reads/read.ts';

/** What differs between the databases in the statements about secrets. */
export interface SecretSql {
  /** The prefix of table names. */
  readonly schema: string;
  /** The prefix of numbered parameters. */
  readonly mark: '$' | '?';
  /** A row for each text of the JSON array in a parameter, as `value`. */
  eachText(parameter: string): string;
  /** Whether a text contains the text of a parameter, letter by letter. */
  contains(text: string, parameter: string): string;
  /** How rows and all secrets are locked. Absent where nobody else writes. */
  readonly locks?: {
    /** A statement that makes other changes of secrets wait. */
    readonly changes: string;
    /** The end of a SELECT: nobody deletes its rows until the transaction ends. */
    readonly keep: string;
    /** The end of a SELECT: waits until nobody keeps its rows. */
    readonly take: string;
  };
}

interface Row {
  readonly name: string;
  readonly sealed: string;
  readonly created_by: string | null;
  readonly created_at: number;
  readonly updated_by: string | null;
  readonly updated_at: number;
}

const COLUMNS = 'name, sealed, created_by, created_at, updated_by, updated_at';
/** How payloads refer to secrets: JSON without blanks. */
const REFERENCE = /\{"\$secret":"([A-Za-z0-9_.-]+)"\}/g;

/** The operations on secrets in the SQL of one database: written once, and run by each store. */
export function createSecretStatements(sql: SecretSql) {
  const { schema, mark: m, locks } = sql;
  const secrets = `${schema}secrets`;
  const byName = `FROM ${secrets} WHERE name IN (SELECT value FROM ${sql.eachText(`${m}1`)})`;
  return {
    *keepSecrets(names: readonly string[]): Read<readonly string[]> {
      const rows = yield* objects(`SELECT name ${byName} ${locks?.keep ?? ''}`, [JSON.stringify(names)]);
      return rows.map((row) => (row as StoredSecret).name);
    },

    *lockSecret(name: string): Read<SecretRow | undefined> {
      if (locks !== undefined) yield* objects(locks.changes, []);
      const select = `SELECT ${COLUMNS} FROM ${secrets} WHERE name = ${m}1 ${locks?.take ?? ''}`;
      const [row] = yield* objects(select, [name]);
      return row === undefined ? undefined : secretOf(row);
    },

    *countSecrets(): Read<number> {
      const [row] = yield* objects(`SELECT CAST(count(*) AS integer) AS count FROM ${secrets}`, []);
      return (row as { count: number }).count;
    },

    *saveSecret(row: SecretRow): Read<void> {
      yield* objects(
        `INSERT INTO ${secrets} (${COLUMNS}) VALUES (${m}1, ${m}2, ${m}3, ${m}4, ${m}5, ${m}6)
        ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, updated_by = excluded.updated_by,
          updated_at = excluded.updated_at`,
        [row.name, row.sealed, row.createdBy ?? null, row.createdAt, row.updatedBy ?? null, row.updatedAt],
      );
    },

    *removeSecret(name: string): Read<void> {
      yield* objects(`DELETE FROM ${secrets} WHERE name = ${m}1`, [name]);
    },

    *jobsUsing(name: string, limit: number): Read<readonly string[]> {
      const rows = yield* objects(
        `SELECT id FROM ${schema}jobs WHERE deleted_at IS NULL AND ${sql.contains('payload', `${m}1`)}
        ORDER BY id LIMIT ${m}2`,
        [`{"$secret":"${name}"}`, limit],
      );
      return rows.map((row) => (row as { id: string }).id);
    },

    *listSecrets(): Read<readonly SecretView[]> {
      const rows = yield* objects(`SELECT ${COLUMNS} FROM ${secrets} ORDER BY name`, []);
      if (rows.length === 0) return [];
      const jobs = yield* objects(
        `SELECT id, payload FROM ${schema}jobs WHERE deleted_at IS NULL AND ${sql.contains('payload', `${m}1`)} ORDER BY id`,
        ['{"$secret":"'],
      );
      const uses = usesIn(jobs as readonly { id: string; payload: string }[]);
      return rows.map(secretOf).map((secret) => ({ ...secret, jobIds: uses.get(secret.name) ?? [] }));
    },

    *findSecrets(names: readonly string[]): Read<readonly StoredSecret[]> {
      const rows = yield* objects(`SELECT name, sealed ${byName}`, [JSON.stringify(names)]);
      return rows as readonly StoredSecret[];
    },

    *listSealed(query: SealedRowsQuery): Read<Awaited<ReturnType<SecretStore['listSealed']>>> {
      const { table, after, limit, types } = query;
      const { keys, owner, type, text, from, isSealed } = SOURCES[table](schema);
      const params: Bound[] = [];
      const bind = (value: Bound) => `${m}${params.push(value)}`;
      const isOfType = () => `${type} IN (SELECT value FROM ${sql.eachText(bind(JSON.stringify(types)))})`;
      const isWanted = isSealed ?? `${sql.contains(text, '\'"$sealed"\'')} OR ${isOfType()}`;
      const key = keys.map((column) => `CAST(${column} AS text)`).join(" || '/' || ");
      const start =
        after === undefined
          ? '1 = 1'
          : `(${keys.join(', ')}) > (${keyIn(table, after).map(bind).join(', ')})`;
      const rows = (yield* objects(
        `SELECT ${key} AS key, ${owner} AS owner, ${type} AS type, CASE WHEN ${isWanted} THEN ${text} END AS text
        FROM ${from} WHERE ${start} ORDER BY ${keys.join(', ')} LIMIT ${bind(limit)}`,
        params,
      )) as readonly (Omit<SealedRow, 'text'> & { readonly text: string | null })[];
      const found = rows.flatMap(({ text: given, ...row }) =>
        given === null ? [] : { ...row, text: given },
      );
      const last = rows.at(-1);
      return rows.length < limit || last === undefined ? { rows: found } : { rows: found, next: last.key };
    },

    *replaceSealedRows({ table, rows }: Parameters<SecretStore['replaceSealed']>[0]): Read<number> {
      const { keys, column } = TARGETS[table];
      const where = keys.map((name, n) => `${name} = ${m}${n + 3}`).join(' AND ');
      const statement = `UPDATE ${schema}${table} SET ${column} = ${m}2 WHERE ${column} = ${m}1 AND ${where} RETURNING 1 AS one`;
      let count = 0;
      for (const { key, before, after } of rows)
        count += (yield* objects(statement, [before, after, ...keyIn(table, key)])).length;
      return count;
    },
  };
}

export type SecretStatements = ReturnType<typeof createSecretStatements>;

/** An operation of {@link SecretTables}, as the statements that it sends. */
export type SecretScripts = {
  readonly [M in keyof SecretTables]: (
    ...args: Parameters<SecretTables[M]>
  ) => Read<ReturnType<SecretTables[M]>>;
};

/** The jobs that refer to each secret. */
export function usesIn(
  jobs: readonly { readonly id: string; readonly payload: string }[],
): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const { id, payload } of jobs)
    for (const name of new Set(Array.from(payload.matchAll(REFERENCE), ([, found = '']) => found)))
      uses.set(name, [...(uses.get(name) ?? []), id]);
  return uses;
}

function secretOf(raw: unknown): SecretRow {
  const row = raw as Row;
  const secret: Mutable<SecretRow> = {
    name: row.name,
    sealed: row.sealed,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  if (row.created_by !== null) secret.createdBy = row.created_by;
  if (row.updated_by !== null) secret.updatedBy = row.updated_by;
  return secret;
}

/** The values of a key of a row, as the statements take them. */
function keyIn(table: SealedTable, key: string): readonly Bound[] {
  if (table === 'secrets' || table === 'alert_channels') return [key];
  return key.split('/').map((part) => bindable(Number(part)));
}

interface Source {
  readonly keys: readonly string[];
  readonly owner: string;
  readonly type: string;
  readonly text: string;
  readonly from: string;
  /** Where a text is sealed as a whole: whether it is. */
  readonly isSealed?: string;
}

/** The job of a row, with its type. */
function jobOf(schema: string, uid: string): string {
  return `JOIN ${schema}jobs AS job ON job.uid = ${uid} JOIN ${schema}job_types AS kind ON kind.key = job.type_key`;
}

const OF_JOB = { owner: 'job.id', type: 'coalesce(kind.of_type, kind.type)' };

const ofRun =
  (table: string) =>
  (schema: string): Source => ({
    ...OF_JOB,
    keys: ['run.id'],
    text: 'run.payload',
    from: `${schema}${table} AS run ${jobOf(schema, 'run.job_uid')}`,
  });

const SOURCES: Readonly<Record<SealedTable, (schema: string) => Source>> = {
  jobs: (schema) => ({
    ...OF_JOB,
    keys: ['job.uid'],
    text: 'job.payload',
    from: `${schema}jobs AS job JOIN ${schema}job_types AS kind ON kind.key = job.type_key`,
  }),
  job_versions: (schema) => ({
    ...OF_JOB,
    keys: ['kept.job_uid', 'kept.version'],
    text: 'kept.payload',
    from: `${schema}job_versions AS kept ${jobOf(schema, 'kept.job_uid')}`,
  }),
  live_runs: ofRun('live_runs'),
  runs: ofRun('runs'),
  checkpoints: (schema) => ({
    owner: 'CAST(run_id AS text)',
    type: "''",
    keys: ['run_id'],
    text: 'content',
    from: `${schema}checkpoints`,
    // Otherwise it is JSON.
    isSealed: "substr(content, 1, 1) <> '{'",
  }),
  secrets: (schema) => ({
    isSealed: '1 = 1',
    owner: 'name',
    type: "''",
    keys: ['name'],
    text: 'sealed',
    from: `${schema}secrets`,
  }),
  alert_channels: (schema) => ({
    owner: 'id',
    type: "''",
    keys: ['id'],
    text: 'config',
    from: `${schema}alert_channels`,
  }),
};

const TARGETS: Readonly<Record<SealedTable, { readonly keys: readonly string[]; readonly column: string }>> =
  {
    jobs: { keys: ['uid'], column: 'payload' },
    job_versions: { keys: ['job_uid', 'version'], column: 'payload' },
    live_runs: { keys: ['id'], column: 'payload' },
    runs: { keys: ['id'], column: 'payload' },
    checkpoints: { keys: ['run_id'], column: 'content' },
    secrets: { keys: ['name'], column: 'sealed' },
    alert_channels: { keys: ['id'], column: 'config' },
  };
