import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeToken } from '../commands/make-token.ts';
import { testConfig } from '../testing/test-app.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { freePort, startProcess, type TestProcess } from '../testing/test-process.ts';
import { refuseToStart, startTestServer } from '../testing/test-server.ts';

async function startServer(env: Record<string, string>): Promise<TestProcess> {
  const server = startProcess('main.ts', env);
  await server.printed('Data ');
  return server;
}

async function startOnce(env: Record<string, string>): Promise<void> {
  const server = await startTestServer(env);
  await server.stop();
}

async function environment(): Promise<Record<string, string> & { readonly DATA_DIR: string }> {
  return { DATA_DIR: await temporaryFolder(), PORT: String(await freePort()) };
}

test('a server whose files are removed ends within seconds, with a line that says so', async () => {
  const folders = await Promise.all(
    ['app.db', 'jobs.db', ''].map(async (lost) => ({ lost, env: await environment() })),
  );
  await Promise.all(
    folders.map(async ({ lost, env }) => {
      const server = await startServer(env);
      if (lost === '') await rename(env.DATA_DIR, `${env.DATA_DIR}-elsewhere`);
      else await rm(join(env.DATA_DIR, lost));
      expect(await server.ended()).toBe(1);
      expect(server.output.stderr).toMatch(/(app|jobs)\.db was removed while .* Put the files back/);
      if (lost === '') await rm(`${env.DATA_DIR}-elsewhere`, { recursive: true });
    }),
  );
});

test('a start beside a lost database is refused, and says how to begin with a new one, once', async () => {
  const env = await environment();
  await startOnce(env);
  const file = (name: string) => join(env.DATA_DIR, name);
  await rename(file('app.db'), file('kept'));
  const line = await refuseToStart(env);
  expect(line).toMatch(
    / has jobs in jobs\.db, but app\.db is missing or empty, .*ACCEPT_DATABASE_LOSS=app\.db@/,
  );
  await expect(makeToken(await testConfig(env))).rejects.toThrow('app.db is missing or empty');
  await rename(file('kept'), file('app.db'));
  await startOnce(env);

  // An empty file is as bad as none.
  await writeFile(file('jobs.db'), '');
  const accept = /ACCEPT_DATABASE_LOSS=(jobs\.db@[0-9a-f-]+)/.exec(await refuseToStart(env))?.[1] ?? '';
  await startOnce({ ...env, ACCEPT_DATABASE_LOSS: accept });
  await rm(file('jobs.db'));
  expect(await refuseToStart({ ...env, ACCEPT_DATABASE_LOSS: accept })).toMatch(/jobs\.db is missing/);
});

test('databases of two installations are refused, and both of one backup start', async () => {
  const [one, two] = [await environment(), await environment()];
  for (const env of [one, two]) await startOnce(env);
  await copyFile(join(two.DATA_DIR, 'jobs.db'), join(one.DATA_DIR, 'jobs.db'));
  expect(await refuseToStart(one)).toMatch(
    /belong to different installations .*restore both from the same backup/,
  );
  await copyFile(join(two.DATA_DIR, 'app.db'), join(one.DATA_DIR, 'app.db'));
  await startOnce(one);
});
