import { afterAll, beforeAll, describe, inject, it, type TestContext } from 'vitest';
import { startSettingNode } from './setting-node.ts';
import { createTestDatabase, keepConnection, queryDatabase, type TestDatabase } from './test-database.ts';

/** Shorter than {@link HELD_MS}, so that a statement that waits for the lock would end. */
const SHORT = '300ms';
const HELD_MS = 700;

/** Settings of a role (`ALTER ROLE … SET`) with which a node works. */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['statement_timeout', SHORT],
  ['transaction_timeout', SHORT],
  ['lock_timeout', '1ms'],
  ['idle_in_transaction_session_timeout', '1ms'],
  ['idle_session_timeout', SHORT],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_isolation', 'repeatable read'],
  ['default_transaction_deferrable', 'on'],
  ['search_path', 'hostile, pg_catalog'],
  ['search_path', ''],
  ['timezone', 'Asia/Kathmandu'],
  ['DateStyle', 'SQL, DMY'],
  ['IntervalStyle', 'sql_standard'],
  ['bytea_output', 'escape'],
  ['extra_float_digits', '-15'],
  ['standard_conforming_strings', 'off'],
  ['escape_string_warning', 'on'],
  ['backslash_quote', 'off'],
  ['array_nulls', 'off'],
  ['transform_null_equals', 'on'],
  ['quote_all_identifiers', 'on'],
  ['client_encoding', 'LATIN1'],
  ['client_min_messages', 'debug5'],
  ['synchronous_commit', 'off'],
  ['row_security', 'off'],
  ['jit', 'on'],
  ['plan_cache_mode', 'force_custom_plan'],
  ['enable_indexscan', 'off'],
  ['enable_indexonlyscan', 'off'],
  ['enable_bitmapscan', 'off'],
  ['enable_nestloop', 'off'],
  ['enable_hashjoin', 'off'],
  ['enable_mergejoin', 'off'],
  ['enable_sort', 'off'],
  ['debug_parallel_query', 'regress'],
  ['from_collapse_limit', '1'],
  ['work_mem', '64kB'],
  ['temp_file_limit', '0'],
  ['temp_buffers', '800kB'],
  ['default_table_access_method', 'heap'],
  ['tcp_user_timeout', '1000'],
];

/** With which settings a node does not start, and what it says. */
const REFUSED: readonly (readonly [name: string, value: string, says: RegExp])[] = [
  [
    'default_transaction_read_only',
    'on',
    /^The database \w+ only reads: set default_transaction_read_only = off for it and for the user \w+\.$/,
  ],
  [
    'session_replication_role',
    'replica',
    /^The user \w+ has the setting session_replication_role = replica, .* ALTER ROLE \w+ RESET session_replication_role;/,
  ],
];

/** Tests run at the same time, because they mostly wait. Each has one of these databases for itself. */
const DATABASES = 4;
const free: TestDatabase[] = [];
const waiting: ((database: TestDatabase) => void)[] = [];
let roles = 0;

beforeAll(async () => {
  for (let n = 0; n < DATABASES; n += 1) {
    const database = await createTestDatabase(inject('postgresUrl'), 'hostile');
    free.push(database);
    await database.rows(HOSTILE_FUNCTION);
  }
});
afterAll(async () => {
  await Promise.all(free.map((database) => database.drop()));
});

function giveBack(database: TestDatabase): void {
  const next = waiting.shift();
  if (next === undefined) free.push(database);
  else next(database);
}

interface Role extends Pick<TestDatabase, 'rows'> {
  /** Of the database, as the role. */
  readonly url: string;
  readonly superuserUrl: string;
}

/** Waits for a database, and makes a role with the setting. */
async function roleWith(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  [name, value]: readonly [name: string, value: string],
): Promise<Role> {
  const database = free.pop() ?? (await new Promise<TestDatabase>((resolve) => void waiting.push(resolve)));
  onTestFinished(() => giveBack(database));
  const role = `hostile_${process.pid}_${roles++}`;
  for (const statement of [
    `CREATE ROLE ${role} LOGIN`,
    `GRANT USAGE ON SCHEMA greenvue_jobs, hostile TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA greenvue_jobs TO ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA greenvue_jobs TO ${role}`,
    `ALTER ROLE ${role} SET ${name} = ${name === 'search_path' && value !== '' ? value : `'${value}'`}`,
  ])
    await database.rows(statement);
  onTestFinished(async () => {
    for (const statement of [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`]) await database.rows(statement);
    await database.empty();
  });
  const url = new URL(database.url);
  url.username = role;
  return { url: url.href, superuserUrl: database.url, rows: database.rows };
}

const control = ({ url, rows }: Role) =>
  rows(CONTROL_BACKENDS, [new URL(url).username]).then((backends) => backends.map(({ pid }) => pid));

// Promises P4 to P15.
describe.concurrent('a node works as usual while its role has the setting', () => {
  it.for(SETTINGS)('%s = %s', async (setting, test) => {
    const { expect, onTestFinished } = test;
    const role = await roleWith(test, setting);
    const node = await startSettingNode(test, role.url);
    const { engine, errors } = node;
    // A connection of the start may be on its way out.
    await expect.poll(() => control(role)).toHaveLength(1);
    const before = await control(role);
    await engine.createJob({ id: 'a', name: 'A \\ "NULL"', type: 'work', onDemand: true, overlap: 'allow' });
    await engine.createJob({ id: 'slots', name: 'Slots', type: 'work', interval: '1s', tags: ['null'] });

    // A person holds the job for longer than the timeouts last.
    const person = keepConnection(role.superuserUrl);
    onTestFinished(person.close);
    await person.rows('BEGIN');
    await person.rows("SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    const waiting = engine.trigger('a', { payload: { text: 'NULL \\ 0.1' } });
    await queryDatabase(role.superuserUrl, 'SELECT pg_sleep($1)', [HELD_MS / 1_000]);
    await person.rows('COMMIT');
    const { run } = await waiting;
    expect((await node.end(run.id)).result).toBe(JSON.stringify({ text: 'NULL \\ 0.1', sum: 0.1 + 0.2 }));

    const failing = await engine.trigger('a', { payload: { text: 'fail once' } });
    expect((await node.end(failing.run.id)).status).toBe('failed');
    const again = await engine.retryRun(failing.run.id);
    expect((await node.end(again.run.id)).status).toBe('succeeded');

    const held = await engine.trigger('a', { payload: { text: 'hold' } });
    await expect.poll(async () => (await engine.getRun(held.run.id)).run.status).toBe('running');
    await engine.cancelRun(held.run.id);
    expect((await node.end(held.run.id)).status).toBe('cancelled');

    await engine.pauseJob('slots', { reason: 'a look', until: '2099-01-01T00:00:00Z' });
    await engine.resumeJob('slots');
    const pair = [1, 2].map(() => engine.enqueue('one_at_a_time', {}));
    const ended = await Promise.all((await Promise.all(pair)).map((one) => node.end(one.run.id)));
    expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(node.mostAtATime()).toBe(1);

    await expect.poll(async () => (await engine.listRuns({ jobId: 'slots' })).rows.length).toBeGreaterThan(0);
    await node.readAll();
    await engine.deleteJob('slots');
    expect(await control(role)).toEqual(before);
    expect(errors).toEqual([]);
  });
});

describe.concurrent('a node does not start, and says what to do, while its role has the setting', () => {
  it.for(REFUSED)('%s = %s', async ([name, value, says], test) => {
    const { expect } = test;
    const { url } = await roleWith(test, [name, value]);
    const started = startSettingNode(test, url);
    await expect(started).rejects.toMatchObject({ code: 'unusable', message: expect.stringMatching(says) });
  });
});

/** A function that a careless `search_path` would call in place of the server's. */
const HOSTILE_FUNCTION = `DO $$ BEGIN
  CREATE SCHEMA hostile;
  CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''2001-01-01''::timestamptz';
END $$`;
const CONTROL_BACKENDS = `SELECT pid FROM pg_stat_activity
  WHERE usename = $1 AND application_name = 'greenvue-jobs-control'`;
