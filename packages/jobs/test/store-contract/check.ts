import { describe, expect, it } from 'vitest';
import { type MakeStore, ON_DEMAND, useStore } from './rig.ts';

export function checkContract(makeStore: MakeStore): void {
  describe('the check', () => {
    const t = useStore(makeStore);

    it('is fine while the database can be used, and changes nothing', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const run = await t.trigger('a');
      const before = [await t.view('a'), await t.run(run.id)];
      await t.store.check();
      expect([await t.view('a'), await t.run(run.id)]).toEqual(before);
    });

    it('an open store refuses to be opened again, and continues', async () => {
      await expect(t.store.open()).rejects.toMatchObject({ name: 'StoreError', code: 'in_use' });
      await t.store.check();
    });

    it('rejects once the store is closed', async () => {
      const closed = t.store;
      await t.reopen();
      await expect(closed.check()).rejects.toMatchObject({ code: 'unavailable' });
      await t.store.check();
    });
  });
}
