import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecretKeys } from '../../data-dir/secret-keys.ts';
import { createTestApp } from '../../testing/test-app.ts';
import { createTestPostgres, openTestDatabase, temporaryFolder } from '../../testing/test-database.ts';
import { startTestServer } from '../../testing/test-server.ts';
import { createSealingKeys } from './sealing.ts';
import { createSharedSecrets } from './shared-secrets.ts';

const KEYS = ['the first key of these tests is long', 'the second key of these tests is long'] as const;

async function storeOn(
  database: Awaited<ReturnType<typeof openTestDatabase>>['kysely'],
  keys: readonly string[],
) {
  const config = { dataDir: await temporaryFolder(), env: 'production', secretsKeys: keys } as const;
  return createSharedSecrets({ database, keys: createSecretKeys(config) });
}

test('a sealed text opens with its key and under its name alone, and not when it was changed', () => {
  const keys = createSealingKeys([KEYS[0]]);
  const sealed = keys.seal('jwt-secret', 'a secret');
  expect(sealed).not.toContain('a secret');
  expect(sealed).not.toBe(keys.seal('jwt-secret', 'a secret'));
  expect(keys.open('jwt-secret', sealed)).toBe('a secret');
  expect(createSealingKeys([KEYS[1], KEYS[0]]).open('jwt-secret', sealed)).toBe('a secret');
  expect(createSealingKeys([KEYS[1]]).open('jwt-secret', sealed)).toBeUndefined();
  expect(() => keys.open('admin-password', sealed)).toThrow();
  const other = sealed.at(-2) === 'A' ? 'B' : 'A';
  expect(() => keys.open('jwt-secret', sealed.slice(0, -2) + other + sealed.at(-1))).toThrow();
});

test('on PostgreSQL, no secret is stored as it is, and nodes with the key share it', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const [one, two] = [await storeOn(kysely, KEYS), await storeOn(kysely, [KEYS[0]])];
  const [made, again] = await Promise.all([one.keep('jwt-secret', 48), two.keep('jwt-secret', 48)]);
  expect(again.value).toBe(made.value);
  const rows = await kysely.selectFrom('settings').selectAll().execute();
  expect(rows).toMatchObject([{ key: 'jwt-secret', value: expect.stringMatching(/^sealed:1:/) }]);
  expect(JSON.stringify(rows)).not.toContain(made.value);
});

test('secrets that an older version stored in plain text are sealed on start, and keys rotate', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const stored = async () => (await kysely.selectFrom('settings').selectAll().execute())[0]?.value ?? '';
  await kysely.insertInto('settings').values({ key: 'jwt-secret', value: 'plain' }).execute();
  const without = await storeOn(kysely, []);
  expect(await without.secure()).toEqual(['jwt-secret']);
  expect(await without.find('jwt-secret')).toMatchObject({ value: 'plain' });
  for (const keys of [[KEYS[0]], [KEYS[1], KEYS[0]], [KEYS[1]]]) {
    const before = await stored();
    const store = await storeOn(kysely, keys);
    expect(await store.secure()).toEqual([]);
    expect(await store.find('jwt-secret')).toMatchObject({ value: 'plain' });
    expect(await stored()).toMatch(/^sealed:1:/);
    expect((await stored()) === before).toBe(keys.length === 1 && keys[0] === KEYS[1]);
  }
});

test('without the key, or with another one, a start says what to set', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const without = await storeOn(kysely, []);
  await expect(without.keep('jwt-secret', 48)).rejects.toThrow(/SECRETS_KEY is not set.*openssl.*JWT_SECRET/);
  await expect(without.keep('admin-password', 18)).rejects.toThrow(/SECRETS_KEY is not set.*ADMIN_PASSWORD/);
  await (await storeOn(kysely, [KEYS[0]])).keep('jwt-secret', 48);
  for (const keys of [[], [KEYS[1]]]) {
    await expect((await storeOn(kysely, keys)).find('jwt-secret')).rejects.toThrow(
      /^The row "jwt-secret" .* does not have: set SECRETS_KEY/,
    );
  }
});

test('a sealed value that was changed, cut or moved is refused with its row and what to do', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const store = await storeOn(kysely, [KEYS[0]]);
  await store.keep('jwt-secret', 48);
  const { value } = await kysely.selectFrom('settings').select('value').executeTakeFirstOrThrow();
  await kysely.insertInto('settings').values({ key: 'admin-password', value }).execute();
  const refusal = /^The row "admin-password" of the table greenvue.settings can't be opened.*delete it/;
  await expect(store.find('admin-password')).rejects.toThrow(refusal);
  await kysely.deleteFrom('settings').where('key', '=', 'admin-password').execute();
  for (const changed of [value.slice(0, -8), value.slice(0, 20), `${value.slice(0, -8)}AAAAAAAA`]) {
    await kysely.updateTable('settings').set({ value: changed }).execute();
    await expect(store.find('jwt-secret')).rejects.toThrow(/^The row "jwt-secret" /);
  }
});

test('in development a node on postgres keeps a key of its own, which SECRETS_KEY can replace later', async () => {
  const env = { DATABASE_URL: await createTestPostgres(), DATA_DIR: await temporaryFolder() };
  const first = await createTestApp(env);
  const secret = await first.deps.secrets.find('jwt-secret');
  expect(existsSync(join(env.DATA_DIR, 'secrets-key'))).toBe(true);
  const elsewhere = { ...env, DATA_DIR: await temporaryFolder() };
  await expect(createTestApp(elsewhere)).rejects.toThrow('set SECRETS_KEY');
  await startTestServer({ ...env, SECRETS_KEY: KEYS[0], JOBS_CONCURRENCY: '0' });
  const later = await createTestApp({ ...elsewhere, SECRETS_KEY: KEYS[0] });
  expect(await later.deps.secrets.find('jwt-secret')).toEqual(secret);
});
