import { describe, expect, test } from 'vitest';
import { makeToken } from '../../commands/make-token.ts';
import { databaseEnv, testConfig } from '../../testing/test-app.ts';
import { textOf } from '../../testing/test-bodies.ts';
import { temporaryFolder } from '../../testing/test-database.ts';
import { startTestServer } from '../../testing/test-server.ts';

/** A server, and a token of `npm run token`. */
async function start(more: Readonly<Record<string, string>>) {
  const env = { DATA_DIR: await temporaryFolder(), ...more };
  const root = await makeToken(await testConfig(env));
  const { url } = await startTestServer(env);
  const ask = async (method: string, path: string, token: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body: answer };
  };
  return { root, ask };
}

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a token with a policy makes only jobs within it, and neither tokens nor accounts', async () => {
    const { root, ask } = await start(await databaseEnv(dialect));
    const policy = { min_interval: '5m', max_jobs: 1, types: ['cleanup_expired_listings'] };
    const made = await ask('POST', '/api/tokens', root, { name: 'agent', role: 'admin', policy });
    expect(made).toMatchObject({ status: 201, body: { policy } });
    const agent = textOf(made.body, 'secret');
    const job = (id: string, fields: object) =>
      ask('POST', '/api/jobs', agent, { id, name: id, type: 'cleanup_expired_listings', ...fields });
    expect(await job('often', { interval: '1m' })).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: '/interval' }] },
    });
    expect(await job('first', { interval: '5m' })).toMatchObject({ status: 201 });
    expect(await job('second', { interval: '5m' })).toMatchObject({ status: 403 });
    expect(await ask('GET', '/api/me', agent)).toMatchObject({
      body: { policy: { min_interval: '5m', max_jobs: 1, tags: null } },
    });
    for (const [method, url, body] of [
      ['POST', '/api/tokens', { name: 'wider', role: 'admin' }],
      ['DELETE', `/api/tokens/${textOf(made.body, 'id')}`, undefined],
    ] as const)
      expect(await ask(method, url, agent, body)).toMatchObject({ status: 403 });
    for (const min_interval of ['0s', '-1m']) {
      const boundless = { name: 'x', role: 'admin', policy: { min_interval } };
      expect(await ask('POST', '/api/tokens', root, boundless)).toMatchObject({
        body: { errors: [{ pointer: '/policy/min_interval', detail: expect.stringMatching(/above 0/) }] },
      });
    }
    const faulty = { name: 'x', role: 'admin', policy: { min_interval: '5' } };
    expect(await ask('POST', '/api/tokens', root, faulty)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/min_interval' }] },
    });
  });
});

test('a policy of a role bounds people and tokens of the role, and the stricter bound counts', async () => {
  const { root, ask } = await start({
    ADMIN_POLICY: '{"min_interval":"1h"}',
  });
  const policy = { min_interval: '5m', max_jobs: 3 };
  const made = await ask('POST', '/api/tokens', root, { name: 'agent', role: 'admin', policy });
  const me = await ask('GET', '/api/me', textOf(made.body, 'secret'));
  expect(me).toMatchObject({ body: { policy: { min_interval: '1h', max_jobs: 3 } } });
  const often = { id: 'often', name: 'Often', type: 'cleanup_expired_listings', cron: '0,30 * * * *' };
  expect(await ask('POST', '/api/jobs', root, often)).toMatchObject({
    status: 403,
    body: { errors: [{ pointer: '/cron' }] },
  });
});
