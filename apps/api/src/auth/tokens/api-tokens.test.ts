import { describe, expect, test } from 'vitest';
import type { Role } from '../../db/schema.ts';
import { createTestApp, databaseEnv, type TestApp } from '../../testing/test-app.ts';
import { listOf, partOf, textOf } from '../../testing/test-bodies.ts';
import { openBefore } from '../../testing/test-migrations.ts';
import { hashSecret } from '../secrets/secrets.ts';

const HOUR_MS = 3_600_000;
/** Of no account, as a version that knew no makers wrote it. */
const TOKEN = { name: 'x', role: 'admin', expires_at: 4e12, created_at: 1 } as const;

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  /** The id and the secret of a token that somebody makes over REST. */
  async function make({ ask }: TestApp, token: string, role: Role = 'admin', more: object = {}) {
    const payload = { name: 'deploys', role, ...more };
    const { body, status } = await ask({ method: 'POST', url: '/api/tokens', token, payload });
    expect(status).toBe(201);
    return { id: textOf(body, 'id'), secret: textOf(body, 'secret'), expiresAt: textOf(body, 'expires_at') };
  }

  const change = ({ ask }: TestApp, token: string, userId: string, payload: object) =>
    ask({ method: 'PATCH', url: `/api/users/${userId}`, token, payload });

  async function roleOf({ ask }: TestApp, secret: string): Promise<unknown> {
    const { status, body } = await ask({ url: '/api/auth/me', token: secret });
    return status === 200 ? partOf(body, 'role') : status;
  }

  async function roleListed({ ask }: TestApp, token: string, id: string): Promise<unknown> {
    const { body } = await ask({ url: '/api/tokens', token });
    const listed = listOf(body, 'data').find((row) => partOf(row, 'id') === id);
    return partOf(listed, 'effective_role');
  }

  test('a token may do no more than the present role of its maker, and no more than its own role', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const root = await app.apiToken('admin');
    const ann = await app.signUp('ann@example.com', 'admin');
    const wide = await make(app, ann.access_token, 'admin');
    const narrow = await make(app, ann.access_token, 'operator');
    for (const [role, expected] of [
      ['operator', ['operator', 'operator']],
      ['user', ['user', 'user']],
      ['admin', ['admin', 'operator']],
    ] as const) {
      await app.signUp(`${role}@example.com`, 'admin');
      expect(await change(app, root, ann.user.id, { role })).toMatchObject({ status: 200 });
      expect([await roleOf(app, wide.secret), await roleOf(app, narrow.secret)]).toEqual(expected);
      expect(await roleListed(app, root, wide.id)).toBe(expected[0]);
    }
  });

  test('tokens of a disabled maker, and tokens made with them, are refused until the maker is enabled again', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const root = await app.apiToken('admin');
    const ann = await app.signUp('ann@example.com', 'admin');
    await app.signUp('bob@example.com', 'admin');
    const first = await make(app, ann.access_token);
    const second = await make(app, first.secret);
    await change(app, root, ann.user.id, { disabled: true });
    for (const { secret } of [first, second]) expect(await roleOf(app, secret)).toBe(401);
    expect(await roleListed(app, root, second.id)).toBeNull();
    await change(app, root, ann.user.id, { disabled: false });
    for (const { secret } of [first, second]) expect(await roleOf(app, secret)).toBe('admin');
  });

  test('revoking a token revokes all tokens made with it, at any depth, and no others', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const root = await app.apiToken('admin');
    const first = await make(app, root);
    const second = await make(app, first.secret);
    const third = await make(app, second.secret, 'user');
    const other = await make(app, root);
    expect(await app.ask({ method: 'DELETE', url: `/api/tokens/${first.id}`, token: root })).toMatchObject({
      status: 204,
    });
    for (const { secret } of [first, second, third]) expect(await roleOf(app, secret)).toBe(401);
    expect(await roleOf(app, other.secret)).toBe('admin');
    const { body } = await app.ask({ url: '/api/audit?action=token.revoke', token: root });
    const [record, ...more] = listOf(body, 'data');
    expect(more).toEqual([]);
    expect(listOf(record, 'change', 'made_with_it').toSorted()).toEqual([second.id, third.id].toSorted());
  });

  test('a token made while its maker is revoked never survives it', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const root = await app.apiToken('admin');
    for (let round = 0; round < 5; round += 1) {
      const { id, secret } = await make(app, root);
      const payload = { name: 'late', role: 'admin' };
      const made = app.ask({ method: 'POST', url: '/api/tokens', token: secret, payload });
      await app.ask({ method: 'DELETE', url: `/api/tokens/${id}`, token: root });
      const { status, body } = await made;
      if (status === 201) expect(await roleOf(app, textOf(body, 'secret'))).toBe(401);
      else expect(status).toBe(401);
    }
  });

  test('a token never expires later than the token that made it', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const root = await app.apiToken('admin');
    const expires_at = new Date(app.time.now + HOUR_MS).toISOString();
    const first = await make(app, root, 'admin', { expires_at });
    const later = new Date(app.time.now + 2 * HOUR_MS).toISOString();
    const second = await make(app, first.secret, 'user', { expires_at: later });
    expect(second.expiresAt).toBe(expires_at);
    app.time.now += HOUR_MS;
    expect(await roleOf(app, second.secret)).toBe(401);
  });

  test('tokens of the version before keep their makers, and end with them', async () => {
    const before = await openBefore(dialect, 'token-makers');
    const insert = (id: string, created_by: string, revoked_at: number | null = null) =>
      before.kysely
        .insertInto('api_tokens')
        .values({ ...TOKEN, id, token_hash: hashSecret(`gv_${id}`), created_by, revoked_at })
        .execute();
    await before.kysely
      .insertInto('users')
      .values({
        id: 'ann',
        email: 'ann@example.com',
        name: 'Ann',
        password_hash: 'x',
        role: 'operator',
        created_at: 1,
      })
      .execute();
    await insert('cli', 'cli');
    await insert('of-cli', 'token:cli');
    await insert('of-ann', 'user:ann');
    await insert('deeper', 'token:of-ann');
    await insert('of-nobody', 'user:gone');
    await insert('revoked', 'cli', 5);
    await insert('of-revoked', 'token:revoked');
    const app = await createTestApp(await before.migrate());
    const roles = async (...ids: string[]) => Promise.all(ids.map((id) => roleOf(app, `gv_${id}`)));
    expect(await roles('cli', 'of-cli', 'of-ann', 'deeper')).toEqual([
      'admin',
      'admin',
      'operator',
      'operator',
    ]);
    expect(await roles('of-nobody', 'revoked', 'of-revoked')).toEqual([401, 401, 401]);
    // As a node of the version before makes them, while the nodes are replaced.
    const late = (id: string, created_by: string) =>
      app.deps.database
        .insertInto('api_tokens')
        .values({ ...TOKEN, id, token_hash: hashSecret(`gv_${id}`), created_by })
        .execute();
    await late('late', 'user:ann');
    await late('late-of-token', 'token:of-ann');
    expect(await roles('late', 'late-of-token')).toEqual(['operator', 401]);
  });
});
