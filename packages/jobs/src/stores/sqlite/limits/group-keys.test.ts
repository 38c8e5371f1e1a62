import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { definitionOf, ON_DEMAND, T0, TYPES } from '../../../../test/store-contract/rig.ts';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { createSqliteStore } from '../store.ts';

// Promise P29, limits and priority: PostgreSQL, to which a database can move, has no lower key.
it('L8: after the last key, new values get keys that are free again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'limit-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'jobs.db');
  const clock = createFakeClock(T0);
  const openStore = async () => {
    const store = createSqliteStore({ file, clock });
    await store.open();
    const trigger = (tenant: string) =>
      store.command({ jobId: 'a', command: { kind: 'trigger', payload: JSON.stringify({ tenant }) } });
    return { store, trigger };
  };
  const first = await openStore();
  await first.store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 1, per: '/tenant' } }]);
  await first.store.insertJob({
    definition: definitionOf('a', { schedule: ON_DEMAND, overlap: 'allow' }),
  });
  await first.trigger('long-lived');
  await first.store.close();
  const db = new DatabaseSync(file);
  for (const [table, key] of [
    ['limit_keys', 'key'],
    ['live_runs', 'type_key'],
  ])
    db.exec(`UPDATE ${table} SET ${key} = -2147483648 WHERE ${key} < -1000000000`);
  db.close();
  const { store, trigger } = await openStore();
  for (const tenant of ['x', 'y']) await trigger(tenant);
  const { runs } = await store.claim({ node: 'node', types: TYPES, places: 9, prefetch: 0 });
  expect(runs).toHaveLength(3);
  await store.close();
  const after = new DatabaseSync(file);
  const keys = after.prepare('SELECT key FROM limit_keys ORDER BY key').all();
  after.close();
  expect(keys.map(({ key }) => key)).toEqual([-2_147_483_648, -2_147_483_647, -2_147_483_646]);
});
