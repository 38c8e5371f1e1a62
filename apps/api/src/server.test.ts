import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer } from './server.ts';
import { testConfig } from './testing/test-app.ts';

const passwordCost = { memory: 64, passes: 1, parallelism: 1 };

test('a start that fails leaves no job engine behind, and the next one finds all as it was', async () => {
  const config = await testConfig({ PORT: '0' });
  await expect(startServer({ ...config, trustProxy: ['nowhere'] }, { passwordCost })).rejects.toThrow(
    'nowhere',
  );
  // An open database has a log file beside it.
  for (const log of ['app.db-wal', 'jobs.db-wal'])
    expect(existsSync(join(config.dataDir, log)), log).toBe(false);
  const server = await startServer(config, { passwordCost });
  await server.stop();
});

test.each(['jobs.db', 'admin-password'])(
  'a start that fails by its %s waits for what starts beside it, and ends that',
  async (file) => {
    const config = await testConfig({ PORT: '0' });
    writeFileSync(join(config.dataDir, file), file === 'jobs.db' ? 'no database at all '.repeat(100) : '');
    await expect(startServer(config, { passwordCost })).rejects.toThrow(
      file === 'jobs.db' ? /database/ : /admin-password/,
    );
    for (const log of ['app.db-wal', 'jobs.db-wal', 'lock.db-journal'])
      expect(existsSync(join(config.dataDir, log)), log).toBe(false);
    rmSync(join(config.dataDir, file));
    const server = await startServer(config, { passwordCost });
    await server.stop();
  },
);
