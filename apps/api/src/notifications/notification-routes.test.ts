import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, type TestApp } from '../testing/test-app.ts';
import { listOf, partOf, textOf, textsOf } from '../testing/test-bodies.ts';

const data = { title: 'News', message: 'Words' };

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  const schedule = ({ ask }: TestApp, token: string, payload: object) =>
    ask({ method: 'POST', url: '/api/notifications', token, payload });

  test('an admin schedules a notification for a user, by id or by e-mail, and the user sees it', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const { user, access_token } = await app.signUp('ann@example.com');
    const due_at = '2026-06-01T12:00:00+02:00';
    expect(await schedule(app, admin, { user_id: user.id, data, due_at })).toMatchObject({
      status: 201,
      body: {
        user_id: user.id,
        email: 'ann@example.com',
        due_at: '2026-06-01T10:00:00.000Z',
        status: 'pending',
        data,
      },
    });
    expect(await schedule(app, admin, { email: 'ANN@example.com', data })).toMatchObject({
      status: 201,
      body: { user_id: user.id, due_at: new Date(app.time.now).toISOString() },
    });
    const list = await app.ask({ url: '/api/notifications', token: access_token });
    expect(textsOf(listOf(list.body, 'data'), 'template').toSorted()).toEqual(['default', 'default']);
  });

  test('an address that is no user gets one as well', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const answer = await schedule(app, await app.apiToken('admin'), { email: 'new@example.com', data });
    expect(answer).toMatchObject({ status: 201, body: { user_id: null, email: 'new@example.com' } });
  });

  test('nobody sees the notifications of others', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user } = await app.signUp('ann@example.com');
    const bob = await app.signUp('bob@example.com');
    await schedule(app, await app.apiToken('admin'), { user_id: user.id, data });
    const list = await app.ask({ url: '/api/notifications', token: bob.access_token });
    expect(partOf(list.body, 'data')).toEqual([]);
  });

  test('what the template can not show, and a recipient who is nobody or two, is refused with a pointer', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const refused: [object, string][] = [
      [{ email: 'a@example.com', data: { title: 'x' } }, '/data/message'],
      [{ email: 'a@example.com', template: 'nonsense', data }, '/template'],
      [{ user_id: 'nobody', data }, '/user_id'],
      [{ user_id: 'x', email: 'a@example.com', data }, ''],
      [{ data }, ''],
      [{ email: 'a@example.com', data, due_at: 'tomorrow' }, '/due_at'],
      [{ email: 'a@example.com', data, due_at: '9999-12-31T23:59:59-00:01' }, '/due_at'],
      [{ email: 'a@example.com', data, due_at: '1969-12-31T23:59:59Z' }, '/due_at'],
    ];
    for (const [payload, pointer] of refused) {
      expect(await schedule(app, admin, payload)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    }
  });

  test('scheduling is in the audit log, without what the message says', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const { body } = await schedule(app, admin, { email: 'a@example.com', data });
    const audit = await app.ask({ url: '/api/audit?action=notification.schedule', token: admin });
    expect(partOf(audit.body, 'data')).toMatchObject([
      {
        target: `notification:${textOf(body, 'id')}`,
        change: { email: 'a@example.com', template: 'default' },
      },
    ]);
    expect(JSON.stringify(audit.body)).not.toContain('Words');
  });
});
