import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { Database } from '../../src/stores/postgres/connection/database.ts';
import { mayBeDone } from '../../src/stores/postgres/connection/database-errors.ts';
import { type Queries, type Statements, together } from '../../src/stores/postgres/connection/queries.ts';
import { rowsStatement } from '../../src/stores/postgres/rows/rows-statement.ts';
import { numberOf } from '../../src/stores/rows/first-column.ts';
import { type BareDatabase, createBareDatabase } from './test-database.ts';

let test: BareDatabase;
let db: Database;
let other: pg.Client;

beforeAll(async () => {
  test = await createBareDatabase(inject('postgresUrl'), 'database');
  db = new Database({ url: test.url, max: 2 });
  other = new pg.Client({ connectionString: test.url });
  await other.connect();
  await other.query('CREATE TABLE counters (n integer)');
  await other.query('INSERT INTO counters VALUES (0)');
});
afterAll(async () => {
  await db.close();
  await other.end();
  await test.drop();
});

// Promises P1, identity; P7, overlap; P9, lost nodes; P10, fence.
describe('the connections of the PostgreSQL store', () => {
  it('one that the server ends between two statements fails its transaction, and nothing else', async () => {
    const lost = db.transaction(async (q) => {
      await q.run('UPDATE counters SET n = n + 1');
      await other.query('SELECT pg_terminate_backend($1)', [await backendOf(q)]);
      await expect.poll(() => lockIsHeld()).toBe(false);
      await q.run('UPDATE counters SET n = n + 1');
    });
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    expect(await db.run('UPDATE counters SET n = n + 10')).toBe(1);
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 10 }]);
  });

  it('a transaction whose process stands still lets its locks go within a lease', async () => {
    const thawed = Promise.withResolvers<void>();
    const standing = db.transaction(async (q) => {
      await q.run('UPDATE counters SET n = 100');
      await thawed.promise;
      await q.run('UPDATE counters SET n = 200');
    });
    const before = performance.now();
    await expect.poll(() => lockIsHeld()).toBe(true);
    await other.query('UPDATE counters SET n = 1');
    expect(performance.now() - before).toBeLessThan(15_000);
    thawed.resolve();
    await expect(standing).rejects.toMatchObject({ code: 'unavailable' });
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 1 }]);
  });

  it('texts arrive unchanged, in arrays of columns and alone', async () => {
    const text = fc.string({ unit: 'binary' }).map((some) => some.replaceAll('\0', ''));
    const special = fc.constantFrom(
      '',
      '"',
      '\\',
      'NULL',
      '{}',
      ',',
      '\n',
      '\u007f',
      '\u2028',
      '\ufeff',
      '😀"\\',
      '\ud83d',
      'a\udc00"',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(text, special)), async (texts) => {
        const [answer] = await db.arrays('SELECT $1::text[], $2::text', [texts, texts[0] ?? null]);
        // A lone surrogate is not a character.
        expect(answer).toEqual([texts.map((one) => one.toWellFormed()), texts[0]?.toWellFormed() ?? null]);
      }),
      { numRuns: 300 },
    );
  });

  it('its transactions take turns at a row, at any default isolation level of the database', async () => {
    const name = new URL(test.url).pathname.slice(1);
    await other.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
    const strict = new Database({ url: test.url, max: 10 });
    onTestFinished(() => strict.close());
    const add = (q: Queries) => q.run('UPDATE counters SET n = n + 1');
    await other.query('UPDATE counters SET n = 0');
    await Promise.all(Array.from({ length: 50 }, () => strict.boundedTransaction(add)));
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 50 }]);
    const addOne = () => strict.boundedStatement('UPDATE counters SET n = n + 1 RETURNING n', []);
    await Promise.all(Array.from({ length: 50 }, addOne));
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 100 }]);
  });

  it('a cancelled single statement is known to be undone; one that is cut off may be done', async () => {
    const alone = new Database({ url: test.url, max: 1 });
    onTestFinished(() => alone.close());
    const end = async (how: string) => {
      // A text of its own: the statistics may still show the statement before as active.
      const sleeps = `WITH done AS (UPDATE counters SET n = 7) SELECT pg_sleep(20) AS ${how}`;
      const failed = alone.boundedStatement(sleeps, []).catch((error: unknown) => error);
      const ended = `SELECT ${how}(pid) FROM pg_stat_activity WHERE query = $1 AND state = 'active'`;
      await expect.poll(async () => (await other.query(ended, [sleeps])).rowCount).toBe(1);
      return failed;
    };
    const calledOff = await end('pg_cancel_backend');
    expect(calledOff).toMatchObject({ message: expect.stringContaining('canceling statement') });
    expect(mayBeDone(calledOff)).toBe(false);
    expect(mayBeDone(await end('pg_terminate_backend'))).toBe(true);
  });
});

describe('a statement about many rows', () => {
  const statement = rowsStatement(
    { names: ['id', 'word', 'flag', 'amount'], types: 'bigint, text, boolean, bigint', varying: ['id'] },
    (rows) => `SELECT new.*, $5::text AS more FROM ${rows} ORDER BY id`,
  );

  it.each([
    [
      'no column but the first varies',
      [
        [1, 'a "b\\', true, null],
        [2, 'a "b\\', true, null],
      ],
      true,
    ],
    ['there is one row', [[1, 'a', false, 7]], true],
    [
      'a word varies',
      [
        [1, 'a "b\\', true, 7],
        [2, '{c,d}', true, 7],
      ],
      false,
    ],
    [
      'one of them is null',
      [
        [1, 'a', true, 7],
        [2, 'a', true, null],
        [3, 'a', true, 7],
      ],
      false,
    ],
    ['there is none', [], true],
  ] as const)('takes them as they are where %s', async (_, rows, isToldOnce) => {
    const [sql, params] = statement(rows, 'more');
    expect(params.map((param) => Array.isArray(param))).toEqual([
      true,
      !isToldOnce,
      !isToldOnce,
      !isToldOnce,
      false,
    ]);
    expect(await db.arrays(sql, params)).toEqual(rows.map((row) => [...row, 'more']));
  });
});

// Promises P7, overlap; P9, lost nodes; P10, fence.
describe('a write that only the end of its transaction waits for', () => {
  const ADD = 'UPDATE counters SET n = n + 1';
  const DIVIDE = 'UPDATE counters SET n = n / 0';
  const kept = async () => (await other.query('SELECT n FROM counters')).rows[0].n;
  beforeEach(() => other.query('UPDATE counters SET n = 0'));

  it('is kept with the others', async () => {
    const two = new Database({ url: test.url, max: 1 });
    onTestFinished(() => two.close());
    await two.transaction(async (q) => {
      await q.write(ADD);
      expect(await q.arrays('SELECT n FROM counters')).toEqual([[1]]);
      await q.write(ADD);
    });
    expect(await kept()).toBe(2);
  });

  it('undoes them with its own error when the server refuses it, the last one as well; the connection is good for more', async () => {
    const one = new Database({ url: test.url, max: 1 });
    onTestFinished(() => one.close());
    const backend = await backendOf(one);
    for (const after of [[], [ADD]]) {
      const failed = one.transaction(async (q) => {
        await q.run(ADD);
        await q.write(DIVIDE);
        for (const sql of after) await q.run(sql);
      });
      await expect(failed).rejects.toMatchObject({ cause: { code: '22012' } });
      await expect(failed).rejects.not.toSatisfy(mayBeDone);
      expect(await kept()).toBe(0);
      expect(await backendOf(one)).toBe(backend);
    }
  });

  it('rolls them back if it never reaches the server', async () => {
    const failed = db.transaction(async (q) => {
      await q.run(ADD);
      await q.write('SELECT $1::text', [UNREADABLE]);
    });
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    await expect(failed).rejects.not.toSatisfy(mayBeDone);
    expect(await kept()).toBe(0);
  });

  it.each(['arrays', 'commitWith'] as const)(
    'gives its rows once what comes after it is answered (%s)',
    async (next) => {
      const sums = await db.transaction(async (q) => {
        const rows = await q.writeFor('SELECT 1 + $1::integer', [2]);
        return [...(await q[next]('SELECT 4')), ...rows()];
      });
      expect(sums).toEqual([[4], [3]]);
    },
  );

  it.each([
    ['never comes to the server', 'SELECT $1::text', [UNREADABLE], undefined],
    ['fails', 'SELECT 1 / $1::integer', [0], { code: '22012' }],
  ] as const)(
    'undoes all, with its own error, when one whose rows are asked for later %s',
    async (_, sql, params, cause) => {
      const failed = db.transaction(async (q) => {
        await q.run(ADD);
        await q.writeFor(sql, params);
        return q.commitWith('SELECT 1');
      });
      await expect(failed).rejects.toMatchObject({ code: 'unavailable', ...(cause && { cause }) });
      await expect(failed).rejects.not.toSatisfy(mayBeDone);
      expect(await kept()).toBe(0);
    },
  );

  it('reports that it was cancelled, and its connection is not used again', async () => {
    const one = new Database({ url: test.url, max: 1 });
    onTestFinished(() => one.close());
    const backend = await backendOf(one);
    const failed = one.transaction(async (q) => {
      await q.run("SELECT set_config('statement_timeout', '20', true)");
      await q.write('SELECT pg_sleep(1)');
      await q.run(ADD);
    });
    await expect(failed).rejects.toMatchObject({ cause: { code: '57014' } });
    expect(await backendOf(one)).not.toBe(backend);
    expect(await kept()).toBe(0);
  });

  it('is busy when it waits too long for a lock', async () => {
    await other.query('BEGIN');
    await other.query(ADD);
    const failed = db.boundedTransaction((q) => q.write(ADD), { lockWaitMs: 50 });
    await expect(failed).rejects.toMatchObject({ code: 'busy' });
    await other.query('ROLLBACK');
  });

  it('is tried again with its whole transaction after a serialization failure', async () => {
    let tries = 0;
    await db.transaction(async (q) => {
      await q.write(ADD);
      if (++tries === 1) await q.write("DO $$ BEGIN RAISE 'not in order' USING ERRCODE = '40001'; END $$");
    });
    expect([tries, await kept()]).toEqual([2, 1]);
  });

  it('may be done when the answer to COMMIT is lost', async () => {
    await other.query('BEGIN');
    await other.query(ADD);
    const backend = Promise.withResolvers<number>();
    const lost = db.transaction(async (q) => {
      backend.resolve((await backendOf(q)) ?? 0);
      await q.write(ADD);
    });
    const isLost = expect(lost).rejects.toSatisfy(mayBeDone);
    const pid = await backend.promise;
    const waits = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await db.arrays(waits, [pid])).length).toBe(1);
    await other.query('SELECT pg_terminate_backend($1)', [pid]);
    await isLost;
    await other.query('ROLLBACK');
  });
});

// Promises P7, overlap; P9, lost nodes; P10, fence.
describe('the last statement of a transaction', () => {
  const ADD = 'UPDATE counters SET n = n + 1 RETURNING n';
  const kept = async () => (await other.query('SELECT n FROM counters')).rows[0].n;
  beforeEach(() => other.query('UPDATE counters SET n = 0'));

  it('is committed with all before it once it is answered', async () => {
    const answered = await db.transaction(async (q) => {
      await q.write(ADD);
      const rows = await q.commitWith(ADD);
      return { rows, kept: await kept() };
    });
    expect(answered).toEqual({ rows: [[2]], kept: 2 });
  });

  it('undoes all with its own error when the server refuses it, or one before it; the connection is good for more', async () => {
    const one = new Database({ url: test.url, max: 1 });
    onTestFinished(() => one.close());
    const backend = await backendOf(one);
    for (const [before, last] of [
      [ADD, 'SELECT 1 / 0'],
      ['UPDATE counters SET n = n / 0', ADD],
    ] as const) {
      const failed = one.transaction(async (q) => {
        await q.write(before);
        return q.commitWith(last);
      });
      await expect(failed).rejects.toMatchObject({ cause: { code: '22012' } });
      await expect(failed).rejects.not.toSatisfy(mayBeDone);
      expect([await kept(), await backendOf(one)]).toEqual([0, backend]);
    }
  });

  it('rolls everything back if it never reaches the server', async () => {
    const failed = db.transaction(async (q) => {
      await q.write(ADD);
      return q.commitWith('SELECT $1::text', [UNREADABLE]);
    });
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    await expect(failed).rejects.not.toSatisfy(mayBeDone);
    expect(await kept()).toBe(0);
  });

  it('is tried again with its whole transaction after a serialization failure', async () => {
    let tries = 0;
    await db.transaction(async (q) => {
      await q.write(ADD);
      return q.commitWith(
        ++tries === 1 ? "DO $$ BEGIN RAISE 'not in order' USING ERRCODE = '40001'; END $$" : ADD,
      );
    });
    expect([tries, await kept()]).toEqual([2, 2]);
  });

  it('undoes everything when it is cancelled, and reports that', async () => {
    const failed = db.transaction(async (q) => {
      await q.run("SELECT set_config('statement_timeout', '20', true)");
      await q.write(ADD);
      return q.commitWith('SELECT pg_sleep(1)::text');
    });
    await expect(failed).rejects.toMatchObject({ cause: { code: '57014' } });
    await expect(failed).rejects.not.toSatisfy(mayBeDone);
    expect(await kept()).toBe(0);
  });

  it.each([
    ['whose answer cannot be read', (q: Queries) => q.commitWith(`${ADD}, ARRAY[[1], [2]]::bigint[]`)],
    [
      'after which its work fails',
      (q: Queries) => q.commitWith(ADD).then(() => Promise.reject(new Error('no'))),
    ],
    ['after which more is asked for', (q: Queries) => q.commitWith(ADD).then(() => q.write(ADD))],
  ])('%s is done, and never reported as failed', async (_, work) => {
    await expect(db.transaction<unknown>(work)).rejects.toSatisfy(mayBeDone);
    expect(await kept()).toBe(1);
  });

  it('may be committed when its answer is lost', async () => {
    await other.query('BEGIN');
    await other.query(ADD);
    const backend = Promise.withResolvers<number>();
    const lost = db.transaction(async (q) => {
      backend.resolve((await backendOf(q)) ?? 0);
      return q.commitWith(ADD);
    });
    const isLost = expect(lost).rejects.toSatisfy(mayBeDone);
    const waits = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'";
    const pid = await backend.promise;
    await expect.poll(async () => (await db.arrays(waits, [pid])).length).toBe(1);
    await other.query('SELECT pg_terminate_backend($1)', [pid]);
    await isLost;
    await other.query('ROLLBACK');
  });
});

// Promise P10, fence.
describe('what goes out with the BEGIN of a transaction', () => {
  const LOCK = 'SELECT n FROM counters FOR UPDATE';
  const opening = (q: Queries) => q.arrays(LOCK);
  /** The rejection arrives a few microtasks after the answer. */
  const wrapped = async (q: Queries) => {
    await opening(q);
  };
  const isHeld = () =>
    other.query(`${LOCK} NOWAIT`).then(
      () => false,
      () => true,
    );
  beforeEach(() => other.query('UPDATE counters SET n = 0'));

  it('is answered before its work begins, and holds to its end', async () => {
    const inside = await db.boundedTransaction(async (_, __, opened) => [opened, await isHeld()], {
      opening,
    });
    expect([...inside, await isHeld()]).toEqual([[[0]], true, false]);
  });

  it('waits for locks no longer than the others; then its work never begins', async () => {
    await other.query('BEGIN');
    await other.query(LOCK);
    let begun = false;
    const failed = db.boundedTransaction(
      async () => {
        begun = true;
      },
      { opening, lockWaitMs: 50 },
    );
    await expect(failed).rejects.toMatchObject({ code: 'busy' });
    await other.query('ROLLBACK');
    expect([begun, await isHeld()]).toEqual([false, false]);
  });

  it('reports why its first statement failed, also when many follow', async () => {
    await other.query('BEGIN');
    await other.query(LOCK);
    const failed = db.boundedTransaction(async () => undefined, {
      lockWaitMs: 50,
      opening: (q) => together([wrapped(q), q.arrays('SELECT 1'), q.arrays('SELECT 2')]),
    });
    // All answers arrive at once.
    const until = performance.now() + 200;
    await new Promise((resolve) => setTimeout(resolve, 20));
    while (performance.now() < until);
    await expect(failed).rejects.toMatchObject({ code: 'busy' });
    await other.query('ROLLBACK');
  });

  it('reports why the transaction could not begin, also when it contains all statements', async () => {
    const failed = db.boundedTransaction(async () => undefined, {
      lockWaitMs: -5,
      opening: async (q) => {
        await q.write('SELECT 1');
        return q.commitWith('UPDATE counters SET n = n + 1 RETURNING n');
      },
    });
    await expect(failed).rejects.toThrow('lock_timeout');
    await expect(failed).rejects.not.toSatisfy(mayBeDone);
  });

  it('holds nothing when its connection is lost; the next one gets another', async () => {
    const one = new Database({ url: test.url, max: 1 });
    onTestFinished(() => one.close());
    const end = 'SELECT pg_terminate_backend(pg_backend_pid())';
    const failed = one.boundedTransaction(async () => undefined, {
      opening: (q) => together([q.arrays(LOCK), q.arrays(end)]),
    });
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    await expect(failed).rejects.not.toSatisfy(mayBeDone);
    await expect.poll(isHeld).toBe(false);
    expect(await one.boundedTransaction(async (_, __, opened) => opened, { opening })).toEqual([[0]]);
  });
});

/** A value that `pg` cannot serialize. */
const UNREADABLE = {
  toPostgres() {
    throw new RangeError('too long');
  },
} as unknown as string;

async function backendOf(q: Statements): Promise<number | undefined> {
  return numberOf((await q.arrays('SELECT pg_backend_pid()'))[0]);
}

async function lockIsHeld(): Promise<boolean> {
  const { rows } = await other.query(HELD);
  return rows.length > 0;
}

const HELD = `SELECT FROM pg_locks WHERE relation = 'counters'::regclass AND pid <> pg_backend_pid()`;
