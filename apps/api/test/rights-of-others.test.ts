import { expect, test } from 'vitest';
import { databaseEnv } from '../src/testing/test-app.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { need, type RightsServer, startRightsServer } from './rights/callers.ts';

const LISTING = { title: 'A chair', category: 'furniture', price_cents: 100, condition: 'good' };

test.each(['sqlite', 'postgres'] as const)(
  'a user, an operator and an API token reach nothing that belongs to somebody else: on %s',
  async (dialect) => {
    const server = await startRightsServer(await temporaryFolder(), await databaseEnv(dialect));
    try {
      await refusesListings(server);
      await hidesSessions(server);
      await hidesNotifications(server);
      await hidesTokens(server);
    } finally {
      await server.stop();
    }
  },
);

async function refusesListings({ send, tokenOf, victim }: RightsServer): Promise<void> {
  const { id } = await need(send, 'POST', '/api/listings', { token: victim.token, body: LISTING });
  for (const caller of ['user', 'operator', 'user token', 'operator token', 'policy token'] as const) {
    const token = await tokenOf(caller);
    const changed = await send('PATCH', `/api/listings/${id}`, { token, body: { price_cents: 1 } });
    expect([caller, changed.status]).toEqual([caller, 403]);
    expect(await send('DELETE', `/api/listings/${id}`, { token })).toMatchObject({ status: 403 });
  }
  expect(await need(send, 'GET', `/api/listings/${id}`)).toMatchObject({ price_cents: 100 });
}

async function hidesSessions({ send, tokenOf, victim }: RightsServer): Promise<void> {
  const sessionsOf = async (token: string | undefined) =>
    ids(await send('GET', '/api/auth/sessions', { token }));
  const [session = ''] = await sessionsOf(victim.token);
  for (const caller of ['user', 'operator', 'admin'] as const) {
    const token = await tokenOf(caller);
    expect(await sessionsOf(token)).not.toContain(session);
    // Also for admins: the route for sessions of others is another one.
    expect(await send('DELETE', `/api/auth/sessions/${session}`, { token })).toMatchObject({ status: 404 });
  }
  expect(await sessionsOf(victim.token)).toEqual([session]);
}

async function hidesNotifications({ send, tokenOf, root, victim }: RightsServer): Promise<void> {
  const body = { user_id: victim.id, data: { title: 'Hello', message: 'You' } };
  const { id } = await need(send, 'POST', '/api/notifications', { token: root, body });
  const seenBy = async (token: string | undefined) => ids(await send('GET', '/api/notifications', { token }));
  expect(await seenBy(victim.token)).toContain(id);
  for (const caller of ['user', 'operator', 'admin', 'user token', 'admin token', 'policy token'] as const)
    expect(await seenBy(await tokenOf(caller))).not.toContain(id);
}

async function hidesTokens({ send, tokenOf, root }: RightsServer): Promise<void> {
  const operator = await tokenOf('operator');
  const own = await need(send, 'POST', '/api/tokens', {
    token: operator,
    body: { name: 'own', role: 'operator' },
  });
  const others = await need(send, 'POST', '/api/tokens', {
    token: root,
    body: { name: 'other', role: 'user' },
  });
  expect(ids(await send('GET', '/api/tokens', { token: operator }))).toEqual([own.id]);
  expect(await send('DELETE', `/api/tokens/${others.id}`, { token: operator })).toMatchObject({
    status: 404,
  });
  expect(await send('GET', '/api/auth/me', { token: String(others.secret) })).toMatchObject({ status: 200 });
}

function ids({ text }: { readonly text: string }): readonly string[] {
  const { data }: { readonly data: readonly { readonly id: string }[] } = JSON.parse(text);
  return data.map(({ id }) => id);
}
