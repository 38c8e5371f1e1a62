import { expect, test } from 'vitest';
import { createTestApp, databaseEnv } from '../../testing/test-app.ts';

const ACTOR = { id: 'u', name: 'somebody' };
const MANY = 20;

test.each(['sqlite', 'postgres'] as const)(
  'many requests at once with one token are told who it stands for, and what has become of it, on %s',
  async (dialect) => {
    const { deps } = await createTestApp(await databaseEnv(dialect));
    const { apiTokens, authenticate, clock } = deps;
    const made = { name: 'deploys', role: 'operator', expiresAt: clock.now() + 60_000 } as const;
    const { token, secret } = await apiTokens.make({ ...made, actor: ACTOR });
    const askMany = () => Promise.all(Array.from({ length: MANY }, () => authenticate(secret)));
    const principal = { id: token.id, name: 'deploys', role: 'operator', kind: 'api_token' };
    const [all, another] = await Promise.all([askMany(), authenticate('gv_another')]);
    expect(all).toEqual(Array.from({ length: MANY }, () => principal));
    expect(another).toBeUndefined();
    await apiTokens.revoke(token.id, { actor: ACTOR });
    expect(await askMany()).toEqual(Array.from({ length: MANY }, () => undefined));
  },
);
