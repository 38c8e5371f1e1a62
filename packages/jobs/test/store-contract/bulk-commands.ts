import { describe, expect, it } from 'vitest';
import type { BulkRecord } from '../../src/core/bulk/bulk-command.ts';
import type { BulkCommandQuery } from '../../src/core/bulk/store-bulk.ts';
import { type MakeStore, T0, useStore } from './rig.ts';

const AUDIT = { actor: 'user:1', action: 'jobs.bulk_pause', change: '{}' };
const RECORD: BulkRecord = {
  target: 'jobs',
  action: 'pause',
  total: 3,
  done: 0,
  failed: 1,
  failures: [{ jobId: 'a', detail: 'There is no job with the id "a".' }],
  status: 'running',
  createdAt: T0,
  createdBy: 'user:1',
};

// Promise P36, tags and bulk.
export function bulkCommandsContract(makeStore: MakeStore): void {
  describe('bulk commands', () => {
    const t = useStore(makeStore);
    const insert = (scope?: string) =>
      t.store.insertBulkCommand({ node: 'n1', scope, record: RECORD, audit: AUDIT });

    it('are kept as they were saved last, newest first', async () => {
      const first = await insert();
      const second = await insert('acme');
      const record = { ...RECORD, done: 2, status: 'finished', endedAt: T0 + 5 } as const;
      expect(await t.store.saveBulkCommand({ id: first, node: 'n2', record })).toEqual({
        isCancelled: false,
      });
      expect(await t.store.getBulkCommand(first)).toEqual({ id: first, node: 'n2', record });
      const all = await t.store.listBulkCommands({ limit: 10 });
      expect(all.map(({ id }) => id)).toEqual([second, first]);
      expect(await t.store.listBulkCommands({ limit: 10, scope: 'acme' })).toEqual([
        { id: second, node: 'n1', scope: 'acme', record: RECORD },
      ]);
      expect(await t.store.listBulkCommands({ limit: 1 })).toHaveLength(1);
      for (const unknown of ['1234567', '9223372036854775808', '9999999999999999999'])
        expect(await t.store.getBulkCommand(unknown)).toBeUndefined();
    });

    it('are listed by the status in their record', async () => {
      const first = await insert('acme');
      const second = await insert();
      const failures = [{ jobId: 'a', detail: '"status":"cancelled" \u0000' }];
      const record = { ...RECORD, failures, status: 'finished', endedAt: T0 + 5 } as const;
      await t.store.saveBulkCommand({ id: first, node: 'n1', record });
      const listed = async (query: Omit<BulkCommandQuery, 'limit'>) =>
        (await t.store.listBulkCommands({ ...query, limit: 10 })).map(({ id }) => id);
      expect(await listed({ statuses: ['finished'] })).toEqual([first]);
      expect(await listed({ statuses: ['running'] })).toEqual([second]);
      expect(await listed({ statuses: ['running', 'finished'] })).toEqual([second, first]);
      expect(await listed({ statuses: ['cancelled', 'interrupted'] })).toEqual([]);
      expect(await listed({ statuses: ['finished'], scope: 'other' })).toEqual([]);
    });

    it('tell the node that runs one that somebody has asked to cancel it', async () => {
      const id = await insert();
      const cancel = (by: string) =>
        t.store.cancelBulkCommand({ id, by, audit: { ...AUDIT, action: 'bulk_command.cancel' } });
      expect(await cancel('user:2')).toBe('asked');
      expect(await cancel('user:3')).toBe('asked');
      expect(await t.store.saveBulkCommand({ id, node: 'n1', record: RECORD })).toEqual({
        isCancelled: true,
      });
      expect((await t.store.getBulkCommand(id))?.cancel).toEqual({ at: T0, by: 'user:2' });
      const over = { ...RECORD, status: 'cancelled' } as const;
      await t.store.saveBulkCommand({ id, node: 'n1', record: over });
      expect(await cancel('user:4')).toBe('over');
      expect(await t.store.cancelBulkCommand({ id: '1234567', audit: AUDIT })).toBe('absent');
      const entries = await t.store.listAudit({ limit: 10 });
      expect(entries.map(({ action, target }) => [action, target])).toEqual([
        ['bulk_command.cancel', `bulk command ${id}`],
        ['bulk_command.cancel', `bulk command ${id}`],
        ['jobs.bulk_pause', `bulk command ${id}`],
      ]);
    });

    it('are kept for the newest 1,000', async () => {
      const first = await insert();
      const second = await insert();
      for (let n = 0; n < 999; n += 1) await insert();
      expect(await t.store.getBulkCommand(first)).toBeUndefined();
      expect(await t.store.getBulkCommand(second)).toBeDefined();
      expect(await t.store.saveBulkCommand({ id: first, node: 'n1', record: RECORD })).toEqual({
        isCancelled: false,
      });
      expect(await t.store.getBulkCommand(first)).toBeUndefined();
    });
  });
}
