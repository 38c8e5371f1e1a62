import { expect, test } from 'vitest';
import { createTestApp, databaseEnv } from '../test-app.ts';

const ACTOR = { id: 'u', name: 'somebody' };

test.each(['sqlite', 'postgres'] as const)(
  'many requests with one token are told what holds after they came, on %s',
  async (dialect) => {
    const { deps } = await createTestApp(await databaseEnv(dialect));
    const { apiTokens, authenticate, clock } = deps;
    const expiresAt = clock.now() + 60_000;
    const { token, secret } = await apiTokens.make({
      name: 'deploys',
      role: 'operator',
      expiresAt,
      actor: ACTOR,
    });
    const askMany = () => Array.from({ length: 20 }, () => authenticate(secret));
    const principal = { id: token.id, name: 'deploys', role: 'operator', kind: 'api_token' };
    expect(await Promise.all([...askMany(), authenticate('gv_another')])).toEqual([
      ...Array.from({ length: 20 }, () => principal),
      undefined,
    ]);
    expect(await authenticate(secret)).toEqual(principal);

    // Asked for without a pause while the token is revoked: whoever comes after that is told so.
    let isRevoked = false;
    const revoking = apiTokens.revoke(token.id, ACTOR).then(() => {
      isRevoked = true;
    });
    const early: unknown[] = [];
    while (!isRevoked) {
      early.push(...(await Promise.all([authenticate(secret), authenticate(secret)])));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = askMany();
    await revoking;
    expect(await Promise.all([...before, ...askMany()])).toEqual(Array.from({ length: 40 }, () => undefined));
    expect(early.every((one) => one === undefined || (one as { id: string }).id === token.id)).toBe(true);
  },
);

test('a look-up that fails fails nobody who came during it', async () => {
  const { deps } = await createTestApp();
  const { apiTokens, authenticate, clock, database } = deps;
  const made = { name: 'deploys', role: 'user', expiresAt: clock.now() + 60_000, actor: ACTOR } as const;
  const { secret } = await apiTokens.make(made);
  await database.schema.alterTable('api_tokens').renameTo('away').execute();
  const failing = authenticate(secret);
  const back = database.schema.alterTable('away').renameTo('api_tokens').execute();
  const next = authenticate(secret);
  await expect(failing).rejects.toThrow('no such table');
  await back;
  expect(await next).toMatchObject({ name: 'deploys' });
});
