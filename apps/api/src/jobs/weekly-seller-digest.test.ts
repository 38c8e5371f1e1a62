import { runHandler } from '@greenvue/jobs/testing';
import { describe, expect, test } from 'vitest';
import { createTemplates } from '../notifications/templates.ts';
import { addListing, addUser, openTestDatabase } from '../testing/test-database.ts';
import { weeklySellerDigest } from './weekly-seller-digest.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  async function setUp() {
    const opened = await openTestDatabase(dialect);
    const database = opened.kysely;
    const deps = { database, clock: { now: () => NOW } };
    return {
      database,
      deps,
      list: (seller_id: string, title: string, daysAgo: number) =>
        addListing(opened, { seller_id, title, created_at: NOW - daysAgo * DAY_MS }),
      run: (id: string, payload: object = {}, scheduledFor?: Date) =>
        runHandler(weeklySellerDigest, payload, deps, { run: { id, scheduledFor } }),
      queued: async () => {
        const rows = await database.selectFrom('notifications').selectAll().orderBy('email').execute();
        return rows.map(({ email, template, data }) => ({ email, template, data: JSON.parse(data) }));
      },
    };
  }

  test('each seller gets one digest that counts their listings, and nobody else gets any', async () => {
    const { database, list, run, queued } = await setUp();
    const ann = await addUser(database, 'ann@example.com');
    const bob = await addUser(database, 'bob@example.com');
    await addUser(database, 'reader@example.com');
    await list(ann, 'Lamp', 1);
    await list(ann, 'Chair', 6);
    await list(ann, 'Table', 10);
    await list(ann, 'Bed', 25);
    await list(bob, 'Bike', 24);
    const { result, logs } = await run('1');
    expect(result).toEqual({ queued: 2 });
    expect(logs.at(-1)?.message).toBe('Digests queued: 2.');
    const template = 'seller_digest';
    expect(await queued()).toEqual([
      {
        email: 'ann@example.com',
        template,
        data: { active: 4, added: 2, expiring: 1, titles: ['Lamp', 'Chair'] },
      },
      { email: 'bob@example.com', template, data: { active: 1, added: 0, expiring: 1, titles: [] } },
    ]);
  });

  test('the template shows what the job queues', async () => {
    const { database, list, run, queued } = await setUp();
    await list(await addUser(database, 'ann@example.com'), 'Lamp', 1);
    await run('1');
    const [digest] = await queued();
    const mail = createTemplates().render('seller_digest', { name: 'Ann' }, digest?.data);
    expect(mail.text).toContain('- Lamp');
  });

  test('a run that is tried again queues nothing twice; the next run queues mails again', async () => {
    const { database, list, run, queued } = await setUp();
    await list(await addUser(database, 'ann@example.com'), 'Lamp', 1);
    await run('1');
    await run('1');
    expect(await queued()).toHaveLength(1);
    await run('2');
    expect(await queued()).toHaveLength(2);
  });

  test('a run that was interrupted continues after the last seller whose digest is queued', async () => {
    const { database, list, deps } = await setUp();
    for (let n = 0; n < 3; n += 1) await list(await addUser(database, `seller${n}@example.com`), 'Lamp', 1);
    const first = await runHandler(weeklySellerDigest, {}, deps, { run: { id: '1' } });
    const [after = '', ...others] = (
      await database.selectFrom('users').select('id').orderBy('id').execute()
    ).map(({ id }) => id);
    expect(first.checkpoints).toEqual([{ now: NOW, after: others.at(-1), queued: 3 }]);
    await database.deleteFrom('notifications').execute();
    const lastCheckpoint = { now: NOW - DAY_MS, after, queued: 1 };
    const next = await runHandler(weeklySellerDigest, {}, deps, {
      run: { id: '1', attempt: 2 },
      lastCheckpoint,
    });
    expect(next.result).toEqual({ queued: 3 });
    const told = await database.selectFrom('notifications').select('user_id').orderBy('user_id').execute();
    expect(told.map(({ user_id: id }) => id)).toEqual(others);
    expect(next.checkpoints).toEqual([{ now: NOW - DAY_MS, after: others.at(-1), queued: 3 }]);
  });

  test('more sellers than a batch all get theirs', async () => {
    const { database, list, run, queued } = await setUp();
    for (let n = 0; n < 401; n += 1) await list(await addUser(database, `seller${n}@example.com`), 'Lamp', 1);
    expect((await run('1')).result).toEqual({ queued: 401 });
    expect(new Set((await queued()).map(({ email }) => email)).size).toBe(401);
  });

  test('listings that never expire are no listings that expire soon', async () => {
    const { database, list, run, queued } = await setUp();
    await list(await addUser(database, 'ann@example.com'), 'Lamp', 25);
    expect((await run('1', { days_listed: Number.MAX_SAFE_INTEGER })).result).toEqual({ queued: 1 });
    expect((await queued())[0]?.data).toMatchObject({ active: 1, expiring: 0 });
  });

  test('a late run reports the week of its slot, not the current week', async () => {
    const { database, list, run, queued } = await setUp();
    await list(await addUser(database, 'ann@example.com'), 'Lamp', 9);
    await run('1', {}, new Date(NOW - 7 * DAY_MS));
    expect((await queued())[0]?.data).toMatchObject({ added: 1, titles: ['Lamp'] });
  });
});
