import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer } from './server.ts';
import { testConfig } from './test-app.ts';

const passwordCost = { memory: 64, passes: 1, parallelism: 1 };

test('a start that fails leaves no job engine behind, and the next one finds all as it was', async () => {
  const config = await testConfig({ PORT: '0' });
  await expect(startServer({ ...config, trustProxy: ['nowhere'] }, { passwordCost })).rejects.toThrow(
    'nowhere',
  );
  // Whoever has a database open has a log beside it.
  for (const log of ['app.db-wal', 'jobs.db-wal'])
    expect(existsSync(join(config.dataDir, log)), log).toBe(false);
  const server = await startServer(config, { passwordCost });
  await server.stop();
});
