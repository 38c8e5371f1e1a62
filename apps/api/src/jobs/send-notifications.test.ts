import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type RunHandlerOptions, runHandler } from '@greenvue/jobs/testing';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { queueNotifications } from '../db/outbox.ts';
import { CLAIM_MS, createClaims } from '../notifications/delivery/claims.ts';
import { createNotificationDelivery } from '../notifications/delivery/delivery.ts';
import { KEPT_MS, oldOnes } from '../notifications/delivery/retention.ts';
import { MailServerError } from '../notifications/mailers/mailer.ts';
import { createSmtpMailer } from '../notifications/mailers/smtp-mailer.ts';
import { createTemplates } from '../notifications/templates.ts';
import { addUser, openTestDatabase } from '../testing/test-database.ts';
import { smtpError, startSmtp, type TestSmtp } from '../testing/test-smtp.ts';
import { sendNotifications } from './send-notifications.ts';

const NOW = Date.UTC(2026, 0, 1);

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  async function setUp(smtp: TestSmtp) {
    const { kysely: database, location } = await openTestDatabase(dialect);
    const time = { now: NOW };
    const mailer = createSmtpMailer({ url: smtp.url, from: 'GreenVue <no-reply@shop.example>' });
    onTestFinished(() => mailer.close());
    const deps = {
      database,
      clock: { now: () => time.now },
      mailer,
      templates: createTemplates(),
      perAddressPerDay: 20,
    };
    const notificationDelivery = createNotificationDelivery(deps);
    return {
      database,
      location,
      time,
      queue: (
        count: number,
        more: { template?: string; dueAt?: number; userId?: string; prefix?: string } = {},
      ) => {
        const { prefix = 'user', template = 'default', dueAt = NOW, userId } = more;
        const notifications = Array.from({ length: count }, (_, n) => ({
          ...(userId === undefined ? {} : { userId }),
          email: `${prefix}${n}@example.com`,
          template,
          data: { title: `Title ${n}`, message: 'Words' },
          dueAt,
        }));
        return queueNotifications(database, { notifications, now: NOW });
      },
      run: (payload: object = {}, options: RunHandlerOptions = {}) =>
        runHandler(sendNotifications, payload, { notificationDelivery }, options),
      rows: () => database.selectFrom('notifications').selectAll().orderBy('email').execute(),
    };
  }

  test('the report of a run that was interrupted counts what its earlier attempts have sent', async () => {
    const smtp = await startSmtp();
    const { queue, run } = await setUp(smtp);
    await queue(3);
    const { result, progress, checkpoints } = await run(
      { batchSize: 2 },
      { lastCheckpoint: { sent: 5, failed: 1 } },
    );
    expect(result).toEqual({ sent: 8, failed: 1, remaining: 0 });
    expect(progress).toMatchObject({ done: 9, total: 9 });
    expect(checkpoints).toEqual([
      { sent: 7, failed: 1 },
      { sent: 8, failed: 1 },
    ]);
  });

  test('every due notification of the template is sent once, in batches, and no other', async () => {
    const smtp = await startSmtp();
    const { queue, run, rows } = await setUp(smtp);
    const ids = await queue(25);
    await queue(1, { dueAt: NOW + 1, prefix: 'later' });
    await queue(1, { template: 'listing_expired', prefix: 'other' });
    const { result, progress, logs } = await run({ batchSize: 10 });
    expect(result).toEqual({ sent: 25, failed: 0, remaining: 0 });
    expect(logs.map(({ message }) => message)).toEqual([
      'Sending the due notifications of the template "default", 10 at a time.',
      'Notifications sent: 25, left to another sender: 0.',
    ]);
    expect(progress).toMatchObject({ done: 25, total: 25 });
    expect(smtp.messageIds().toSorted()).toEqual(ids.map((id) => `<${id}@shop.example>`).toSorted());
    const statuses = (await rows()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'pending')).toHaveLength(2);
    expect(await run()).toMatchObject({ result: { sent: 0, failed: 0, remaining: 0 } });
  });

  test('a user is greeted by name, and a sent notification tells when and under which id', async () => {
    const smtp = await startSmtp();
    const { database, queue, run, rows } = await setUp(smtp);
    const [id] = await queue(1, { userId: await addUser(database, 'ann@example.com') });
    await run();
    expect(smtp.received[0]?.message).toContain('Hello Ann');
    expect(await rows()).toMatchObject([
      { status: 'sent', sent_at: NOW, message_id: `${id}@shop.example`, attempts: 1, claimed_by: null },
    ]);
  });

  test('the payload has defaults, and an unknown template or batch size is refused', async () => {
    expect(sendNotifications.payload['~standard'].validate({})).toEqual({
      value: { template: 'default', batchSize: 50 },
    });
    for (const payload of [{ template: 'nonsense' }, { batchSize: 0 }, { batchSize: 1_001 }, { extra: 1 }]) {
      const run = runHandler(sendNotifications, payload as object, {} as never);
      await expect(run).rejects.toThrow('The payload is not valid.');
    }
  });

  test('an address gets a bounded number of mails a day, of all templates together, and the others the day after', async () => {
    const smtp = await startSmtp();
    const { database, queue, run, rows, time } = await setUp(smtp);
    const ann = (count: number, template: string) => {
      const data = { title: 'Title', message: 'Words' };
      const one = { email: 'ann@example.com', template, data, dueAt: NOW };
      return queueNotifications(database, {
        notifications: Array.from({ length: count }, () => one),
        now: NOW,
      });
    };
    await ann(15, 'default');
    await ann(15, 'listing_expired');
    await queue(1);
    expect((await run({ batchSize: 4 })).result).toEqual({ sent: 16, failed: 0, remaining: 0 });
    expect((await run({ template: 'listing_expired' })).result).toEqual({ sent: 5, failed: 0, remaining: 0 });
    const waiting = (await rows()).filter(({ status }) => status === 'pending');
    expect(waiting).toHaveLength(10);
    expect(waiting[0]).toMatchObject({
      due_at: NOW + 86_400_000,
      error: '20 mails a day go to one address',
      attempts: 0,
    });
    time.now = NOW + 86_400_000;
    expect((await run({ template: 'listing_expired' })).result).toEqual({
      sent: 10,
      failed: 0,
      remaining: 0,
    });
    expect((await rows()).every(({ status, error }) => status === 'sent' && error === null)).toBe(true);
  });

  test('a refused address is recorded and not tried again, and holds nobody up', async () => {
    const smtp = await startSmtp({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('user1@') ? smtpError(550, 'no such user') : null),
    });
    const { queue, run, rows } = await setUp(smtp);
    await queue(3);
    expect((await run()).result).toEqual({ sent: 2, failed: 1, remaining: 0 });
    expect((await rows())[1]).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('no such user'),
    });
    expect((await run()).result).toEqual({ sent: 0, failed: 0, remaining: 0 });
  });

  test('an address that is put off is tried again later, ever less often, and not for ever', async () => {
    const smtp = await startSmtp({
      onRcptTo: (_address, _session, done) => done(smtpError(450, 'greylisted')),
    });
    const { queue, run, rows, time } = await setUp(smtp);
    await queue(1);
    const delays: number[] = [];
    for (let status = 'pending'; status === 'pending'; ) {
      expect((await run()).result).toEqual({ sent: 0, failed: 1, remaining: 0 });
      const [row] = await rows();
      status = row?.status ?? '';
      delays.push((row?.due_at ?? 0) - time.now);
      time.now = Math.max(time.now, row?.due_at ?? 0);
    }
    expect(delays.length).toBe(14);
    expect(delays[1]).toBe(2 * (delays[0] ?? 0));
    expect(time.now - NOW).toBeGreaterThan(86_400_000);
  });

  test('data that the template can not show fails that notification alone', async () => {
    const smtp = await startSmtp();
    const { database, queue, run } = await setUp(smtp);
    await queue(1);
    const broken = { email: 'bob@example.com', template: 'default', data: {}, dueAt: NOW };
    await queueNotifications(database, { notifications: [broken], now: NOW });
    expect((await run()).result).toEqual({ sent: 1, failed: 1, remaining: 0 });
  });

  test('a dead mail server fails the attempt and keeps all that is unsent', async () => {
    const smtp = await startSmtp();
    await smtp.close();
    const { queue, run, rows } = await setUp(smtp);
    await queue(20);
    await expect(run()).rejects.toThrow(MailServerError);
    expect((await rows()).every(({ status, attempts }) => status === 'pending' && attempts === 0)).toBe(true);
  });

  test('a server that dies half-way loses nothing: the retry sends the rest', async () => {
    let left = 10;
    const dying = await startSmtp({
      onMailFrom: (_address, _session, done) => {
        left -= 1;
        done(left >= 0 ? null : smtpError(421, 'shutting down'));
      },
    });
    const { queue, run, rows } = await setUp(dying);
    const ids = await queue(30);
    await expect(run()).rejects.toThrow(MailServerError);
    expect((await rows()).filter(({ status }) => status === 'sent')).toHaveLength(10);
    expect((await rows()).some(({ status }) => status === 'sending')).toBe(false);
    left = Number.POSITIVE_INFINITY;
    expect((await run()).result).toEqual({ sent: 20, failed: 0, remaining: 0 });
    expect(dying.messageIds().toSorted()).toEqual(ids.map((id) => `<${id}@shop.example>`).toSorted());
  });

  test('a cancel stops soon, keeps the unsent and marks the sent', async () => {
    const cancel = new AbortController();
    const smtp = await startSmtp({
      onMailFrom: (_address, _session, done) => {
        cancel.abort(new Error('cancelled'));
        done();
      },
    });
    const { queue, run, rows } = await setUp(smtp);
    await queue(200);
    await expect(run({ batchSize: 100 }, { signal: cancel.signal })).rejects.toThrow('cancelled');
    const statuses = (await rows()).map(({ status }) => status);
    expect(statuses).not.toContain('sending');
    expect(statuses.filter((status) => status === 'sent')).toHaveLength(smtp.received.length);
    expect(smtp.received.length).toBeLessThan(50);
  });

  test('the claims of a living sender are left alone, and counted as remaining', async () => {
    const smtp = await startSmtp();
    const { database, queue, run, time } = await setUp(smtp);
    await queue(1);
    await database
      .updateTable('notifications')
      .set({ status: 'sending', claimed_at: NOW, claimed_by: 'another:1' })
      .execute();
    expect((await run()).result).toEqual({ sent: 0, failed: 0, remaining: 1 });
    time.now = NOW + CLAIM_MS;
    expect((await run()).result).toEqual({ sent: 1, failed: 0, remaining: 0 });
  });

  test('the claims of an earlier attempt of the same run are taken over at once', async () => {
    const smtp = await startSmtp();
    const { database, queue, run } = await setUp(smtp);
    await queue(1);
    await database
      .updateTable('notifications')
      .set({ status: 'sending', claimed_at: NOW, claimed_by: 'run-7:1' })
      .execute();
    expect((await run({}, { run: { id: 'run-70', fence: 2 } })).result).toMatchObject({
      sent: 0,
      remaining: 1,
    });
    expect((await run({}, { run: { id: 'run-7', fence: 2 } })).result).toMatchObject({
      sent: 1,
      remaining: 0,
    });
  });

  test('a sender that is killed loses none, and repeats only what it had not marked, under the same ids', async () => {
    const smtp = await startSmtp();
    const { queue, run, rows, location } = await setUp(smtp);
    const ids = await queue(2_000);
    const script = new URL('../notifications/delivery/test-sender.ts', import.meta.url).pathname;
    const sender = spawn(process.execPath, [script, JSON.stringify(location), smtp.url, 'run-1', '1'], {
      stdio: 'ignore',
    });
    onTestFinished(() => void sender.kill('SIGKILL'));
    await expect.poll(() => smtp.received.length, { interval: 5 }).toBeGreaterThan(300);
    sender.kill('SIGKILL');
    await once(sender, 'exit');
    const marked = (await rows()).filter(({ status }) => status === 'sent').length;
    const before = smtp.received.length;
    expect(before).toBeLessThan(2_000);
    expect((await run({ batchSize: 1_000 }, { run: { id: 'run-1', fence: 2 } })).result).toMatchObject({
      sent: 2_000 - marked,
      remaining: 0,
    });
    expect(new Set(smtp.messageIds())).toEqual(new Set(ids.map((id) => `<${id}@shop.example>`)));
    expect(smtp.received.length - 2_000).toBeLessThanOrEqual(before - marked);
  });

  test('what was sent or failed 90 days ago is forgotten, and what is due or of another template is not', async () => {
    const smtp = await startSmtp();
    const { database, time, queue, run, rows } = await setUp(smtp);
    const longAgo = NOW - KEPT_MS - 1;
    await queue(120, { prefix: 'old', dueAt: longAgo });
    await queue(1, { prefix: 'other', template: 'welcome', dueAt: longAgo });
    await database.updateTable('notifications').set({ status: 'sent', sent_at: longAgo }).execute();
    await database
      .updateTable('notifications')
      .set({ status: 'failed', sent_at: null, error: 'refused' })
      .where('email', '=', 'old0@example.com')
      .execute();
    // Due as long ago, but sent only now.
    await queue(1, { prefix: 'late', dueAt: longAgo });
    const emails = async () => (await rows()).map(({ email }) => email);
    expect(await run()).toMatchObject({ result: { sent: 1, failed: 0, remaining: 0 } });
    expect(await emails()).toEqual(['late0@example.com', 'other0@example.com']);
    time.now += KEPT_MS + 1;
    await run();
    expect(await emails()).toEqual(['other0@example.com']);
  });
});

test('old notifications are found by an index of SQLite', async () => {
  const { kysely } = await openTestDatabase('sqlite');
  const query = oldOnes(kysely, { template: 'default', before: NOW, size: 10 });
  const rows = await query.explain<{ detail: string }>(undefined, sql`query plan`);
  expect(rows.map(({ detail }) => detail)).toEqual([
    'SEARCH notifications USING INDEX notifications_done (template=? AND due_at<?)',
  ]);
});

test('on PostgreSQL, a sender passes over what another one is just claiming', async () => {
  const { kysely: database } = await openTestDatabase('postgres');
  const notification = { email: 'ann@example.com', template: 'default', data: {}, dueAt: NOW };
  await queueNotifications(database, { notifications: [notification, notification], now: NOW });
  const claims = createClaims({
    database,
    now: () => NOW,
    template: 'default',
    run: { id: 'run-1', fence: 1 },
    domain: 'shop.example',
    perAddressPerDay: 20,
  });
  await database.transaction().execute(async (other) => {
    const taken = await other
      .selectFrom('notifications')
      .select('id')
      .limit(1)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { claimed } = await claims.claim(2);
    expect(claimed).toHaveLength(1);
    expect(claimed).not.toMatchObject([taken]);
  });
  expect((await claims.claim(2)).claimed).toHaveLength(1);
});
