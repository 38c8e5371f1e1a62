import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addUser, openAgain, openTestDatabase, temporaryFolder } from '../testing/test-database.ts';
import { createDatabase } from './create-database.ts';
import { DatabaseError, isUniqueViolation } from './errors.ts';

const RIGS = [
  { dialect: 'sqlite', isolation: 'thread', uniqueCode: 'SQLITE_CONSTRAINT_UNIQUE' },
  { dialect: 'sqlite', isolation: 'inline', uniqueCode: 'SQLITE_CONSTRAINT_UNIQUE' },
  { dialect: 'postgres', isolation: 'thread', uniqueCode: '23505' },
] as const;

describe.each(RIGS)('$dialect with $isolation isolation', ({ dialect, isolation, uniqueCode }) => {
  it('reads what was written before', async () => {
    const { kysely } = await openTestDatabase(dialect, { isolation });
    for (let round = 0; round < 20; round += 1) {
      await kysely
        .insertInto('settings')
        .values({ key: `k${round}`, value: 'v' })
        .execute();
      const found = await kysely.selectFrom('settings').selectAll().where('key', '=', `k${round}`).execute();
      expect(found).toEqual([{ key: `k${round}`, value: 'v' }]);
    }
  });

  it('undoes a transaction that throws, and lets the next one in', async () => {
    const { kysely } = await openTestDatabase(dialect, { isolation });
    const failing = kysely.transaction().execute(async (trx) => {
      await trx.insertInto('settings').values({ key: 'a', value: '1' }).execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await kysely
      .transaction()
      .execute((trx) => trx.insertInto('settings').values({ key: 'b', value: '2' }).execute());
    expect(await kysely.selectFrom('settings').select('key').execute()).toEqual([{ key: 'b' }]);
  });

  it('serves reads, of the state before, while a transaction is open', async () => {
    const { kysely } = await openTestDatabase(dialect, { isolation });
    await kysely.transaction().execute(async (trx) => {
      await trx.insertInto('settings').values({ key: 'a', value: '1' }).execute();
      expect(await kysely.selectFrom('settings').selectAll().execute()).toEqual([]);
      expect(await trx.selectFrom('settings').selectAll().execute()).toHaveLength(1);
    });
    expect(await kysely.selectFrom('settings').selectAll().execute()).toHaveLength(1);
  });

  it('tells a broken rule by its kind', async () => {
    const { kysely } = await openTestDatabase(dialect, { isolation });
    await addUser(kysely, 'ann@example.com');
    const again = await failureOf(addUser(kysely, 'ANN@example.com'));
    expect(again).toMatchObject({ kind: 'unique', code: uniqueCode });
    expect(isUniqueViolation(again)).toBe(true);
    expect(await failureOf(addUser(kysely, 'x'))).toMatchObject({ kind: 'check' });
    const orphan = {
      id: 'n',
      user_id: 'nobody',
      email: 'a@b.c',
      template: 't',
      data: '{}',
      due_at: 1,
      created_at: 1,
    };
    expect(await failureOf(kysely.insertInto('notifications').values(orphan).execute())).toMatchObject({
      kind: 'foreign_key',
    });
  });

  it('looks up the row of any key as of now', async () => {
    const { kysely, lookUp, location } = await openTestDatabase(dialect, { isolation });
    const find = lookUp(kysely.selectFrom('settings').selectAll().where('key', '=', ''));
    expect(await find('a')).toBeUndefined();
    const other = await openAgain(location, { isolation });
    await other.kysely.insertInto('settings').values({ key: 'a', value: '1' }).execute();
    expect(await find('a')).toEqual({ key: 'a', value: '1' });
    await other.kysely.updateTable('settings').set({ value: '2' }).execute();
    expect(await Promise.all([find('a'), find('b')])).toEqual([{ key: 'a', value: '2' }, undefined]);
  });

  it('refuses queries once it is closed', async () => {
    const { kysely, lookUp, close } = await openTestDatabase(dialect, { isolation });
    const all = kysely.selectFrom('settings').selectAll();
    const find = lookUp(all.where('key', '=', ''));
    await close();
    expect(await failureOf(all.execute())).toMatchObject({ kind: 'unavailable' });
    expect(await failureOf(find('a'))).toMatchObject({ kind: 'unavailable' });
  });

  it('never changes or forgets an entry of the audit log', async () => {
    const { kysely } = await openTestDatabase(dialect, { isolation });
    const entry = {
      at: 1,
      actor: 'cli',
      actor_name: 'cli',
      action: 'token.create',
      target: 't1',
      change: '{}',
    };
    await kysely.insertInto('audit').values(entry).execute();
    await expect(kysely.updateTable('audit').set({ actor: 'x' }).execute()).rejects.toThrow('append-only');
    await expect(kysely.deleteFrom('audit').execute()).rejects.toThrow('append-only');
    expect(await kysely.selectFrom('audit').select('actor').execute()).toEqual([{ actor: 'cli' }]);
  });
});

it.each(['thread', 'inline'] as const)(
  'runs one transaction at a time, in the order they were begun, with SQLite and %s isolation',
  async (isolation) => {
    const { kysely } = await openTestDatabase('sqlite', { isolation });
    await kysely.insertInto('settings').values({ key: 'n', value: '' }).execute();
    const append = (letter: string) =>
      kysely.transaction().execute(async (trx) => {
        const { value } = await trx.selectFrom('settings').select('value').executeTakeFirstOrThrow();
        await trx
          .updateTable('settings')
          .set({ value: value + letter })
          .execute();
      });
    await Promise.all([...'abcdefgh'].map(append));
    expect(await kysely.selectFrom('settings').select('value').execute()).toEqual([{ value: 'abcdefgh' }]);
  },
);

it('waits for a transaction of another connection to SQLite', async () => {
  const { kysely, location } = await openTestDatabase('sqlite', { isolation: 'thread' });
  const other = await openAgain(location, { isolation: 'thread' });
  const entered = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<void>();
  const first = kysely.transaction().execute(async (trx) => {
    await trx.insertInto('settings').values({ key: 'a', value: '1' }).execute();
    entered.resolve();
    await leave.promise;
  });
  await entered.promise;
  const second = other.kysely.insertInto('settings').values({ key: 'b', value: '2' }).execute();
  // A read by the other connection comes back although its write still waits.
  expect(await other.kysely.selectFrom('settings').selectAll().execute()).toEqual([]);
  leave.resolve();
  await Promise.all([first, second]);
  expect(await kysely.selectFrom('settings').select('key').execute()).toHaveLength(2);
});

it('says that it is not available when the file can not be opened', async () => {
  const file = join(await temporaryFolder(), 'missing', 'app.db');
  expect(await failureOf(createDatabase({ file, isolation: 'thread' }))).toMatchObject({
    kind: 'unavailable',
  });
});

it('keeps a transaction usable until the end after a statement in it failed', async () => {
  const { kysely } = await openTestDatabase();
  await kysely.transaction().execute(async (trx) => {
    await trx.insertInto('settings').values({ key: 'a', value: '1' }).execute();
    const failure = await failureOf(trx.insertInto('settings').values({ key: 'a', value: '2' }).execute());
    expect(failure).toMatchObject({ kind: 'unique' });
  });
  expect(await kysely.selectFrom('settings').select('value').execute()).toEqual([{ value: '1' }]);
});

it('does no work on the event loop of the caller but look-ups, which wait for no longer query', async () => {
  const { kysely, lookUp } = await openTestDatabase('sqlite', { isolation: 'thread' });
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  onTestFinished(() => clearInterval(timer));
  let isSlowDone = false;
  const addUp = async () => {
    const sum = await kysely
      .selectFrom(numbers(2_000_000).as('n'))
      .select((eb) => eb.fn.sum<number>('n.value').as('total'))
      .executeTakeFirstOrThrow();
    isSlowDone = true;
    return sum;
  };
  // As many as there are threads that read, and more.
  const slow = Promise.all([addUp(), addUp(), addUp()]);
  await expect.poll(() => turns, { interval: 5 }).toBeGreaterThan(0);
  await lookUp(kysely.selectFrom('settings').selectAll().where('key', '=', ''))('a');
  expect(isSlowDone).toBe(false);
  const total = 2_000_001_000_000;
  expect(await slow).toEqual([{ total }, { total }, { total }]);
  expect(turns).toBeGreaterThan(5);
});

it('makes no look-up on SQLite of a query that has more than one key', async () => {
  const { kysely, lookUp } = await openTestDatabase();
  const byTwo = kysely.selectFrom('settings').selectAll().where('key', '=', '').where('value', '=', '');
  expect(() => lookUp(byTwo)).toThrow('a look-up has one key');
});

function numbers(count: number) {
  return sql<{ value: number }>`(WITH RECURSIVE n (value) AS (
    SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${count}) SELECT value FROM n)`;
}

async function failureOf(work: Promise<unknown>): Promise<DatabaseError> {
  const failure: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof DatabaseError) return failure;
  throw new Error('expected a DatabaseError', { cause: failure });
}
