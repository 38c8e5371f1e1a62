import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, type TestApp } from '../../testing/test-app.ts';
import { listOf, textOf, textsOf } from '../../testing/test-bodies.ts';

const make = ({ ask }: TestApp, token: string, payload: object) =>
  ask({ method: 'POST', url: '/api/tokens', token, payload });

const revoke = ({ ask }: TestApp, token: string, id: string) =>
  ask({ method: 'DELETE', url: `/api/tokens/${id}`, token });

const namesOf = async ({ ask }: TestApp, token: string, query = '') =>
  textsOf(listOf((await ask({ url: `/api/tokens${query}`, token })).body, 'data'), 'name');

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('an operator makes, sees and revokes own tokens, with the own role at most', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: admin } = await app.signUp('root@example.com', 'admin');
    const { access_token: operator } = await app.signUp('bob@example.com', 'operator');
    const foreign = await make(app, admin, { name: 'deploys', role: 'admin' });
    expect(await make(app, operator, { name: 'wide', role: 'admin' })).toMatchObject({ status: 403 });
    const own = await make(app, operator, { name: 'laptop', role: 'operator', policy: { max_jobs: 1 } });
    expect(own).toMatchObject({ status: 201, body: { effective_role: 'operator', policy: { max_jobs: 1 } } });
    expect(await namesOf(app, operator)).toEqual(['laptop']);
    expect(await namesOf(app, admin)).toEqual(['laptop', 'deploys']);
    expect(await namesOf(app, admin, '?mine=true')).toEqual(['deploys']);
    expect(await revoke(app, operator, textOf(foreign.body, 'id'))).toMatchObject({ status: 404 });
    expect(await revoke(app, operator, textOf(own.body, 'id'))).toMatchObject({ status: 204 });
    const secret = textOf(foreign.body, 'secret');
    expect(await namesOf(app, secret)).toHaveLength(2);
    expect(await namesOf(app, secret, '?mine=true')).toEqual(['deploys']);
  });

  test('an API token of an operator manages no tokens', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: operator } = await app.signUp('bob@example.com', 'operator');
    const { body } = await make(app, operator, { name: 'laptop', role: 'operator' });
    const secret = textOf(body, 'secret');
    expect(await make(app, secret, { name: 'more', role: 'user' })).toMatchObject({ status: 403 });
    expect(await app.ask({ url: '/api/tokens', token: secret })).toMatchObject({ status: 403 });
    expect(await revoke(app, secret, textOf(body, 'id'))).toMatchObject({ status: 403 });
  });
});
