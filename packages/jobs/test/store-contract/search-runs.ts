import { describe, expect, it } from 'vitest';
import type { RunQuery } from '../../src/core/store/store-views.ts';
import { failed, HOUR, type MakeStore, ON_DEMAND, required, SUCCEEDED, T0, useStore } from './rig.ts';

export function searchRunsContract(makeStore: MakeStore): void {
  // Promise P41, run records.
  describe('searching runs', () => {
    const t = useStore(makeStore);
    const names = new Map<string, string>();
    const create = (id: string, more = {}) =>
      t.create(id, { schedule: ON_DEMAND, overlap: 'allow', ...more });
    /** Makes a run, which the tests know by a name. */
    const make = async (name: string, jobId: string, command = {}) => {
      const { queued } = await t.done(jobId, { kind: 'trigger', ...command });
      const { id } = required(queued.at(-1));
      names.set(id, name);
      return id;
    };
    const end = async (node: string, outcome: Parameters<typeof t.settle>[1], more = {}) =>
      t.settle(await t.claimOne(node), outcome, more);
    const found = async (query: Partial<RunQuery>) =>
      (await t.runs(query)).map(({ id }) => names.get(id) ?? 'unknown');

    /** From the oldest: good, timeout, broken, cancelled, retried, running, queued. */
    const makeRuns = async () => {
      names.clear();
      await create('a', { payload: '{"tenant":{"id":7},"customer_id":1}', tags: ['eu'] });
      await create('b', { type: 'other', schedule: { kind: 'cron', cron: '0 3 1 1 *', timezone: 'UTC' } });
      await make('good', 'a');
      await end('node-1', SUCCEEDED);
      await make('timeout', 'a', { payload: '{"customer_id":42,"name":"Ann \\"A\\""}' });
      const timeout = failed('It took too long', true);
      if (timeout.kind === 'failed')
        await end('node-2', {
          ...timeout,
          error: { ...timeout.error, reason: 'timeout', stack: 'at Billing.ts' },
        });
      await make('broken', 'a', { payload: '{"customer_id":"42"}' });
      const broken = failed('Disk full: 100%', true);
      if (broken.kind === 'failed') {
        const causes = [{ depth: 1, name: 'SystemError', message: 'no space', code: 'ENOSPC' }];
        await end('node-1', { ...broken, error: { ...broken.error, causes } });
      }
      const runId = await make('cancelled', 'a');
      await t.store.cancelRun({ runId, force: false });
      await make('retried', 'a');
      await end('node-1', failed('Disk full: 99%'));
      t.clock.advance(HOUR);
      await end('node-1', SUCCEEDED);
      await make('running', 'a');
      await t.claimOne('node-3');
      await make('queued', 'b');
    };

    it('finds runs of several statuses, in order', async () => {
      await makeRuns();
      expect(await found({ status: ['failed', 'cancelled'] })).toEqual(['cancelled', 'broken', 'timeout']);
      expect(await found({ status: ['succeeded', 'failed'] })).toEqual([
        'retried',
        'broken',
        'timeout',
        'good',
      ]);
      expect(await found({ status: ['running', 'queued'] })).toEqual(['queued', 'running']);
      expect(await found({ status: ['queued', 'failed'], limit: 2 })).toEqual(['queued', 'broken']);
    });

    it('finds runs by reason, trigger and node', async () => {
      await makeRuns();
      expect(await found({ reason: 'timeout' })).toEqual(['timeout']);
      expect(await found({ reason: ['timeout', 'user'] })).toEqual(['cancelled', 'timeout']);
      expect(await found({ reason: 'error', status: 'succeeded' })).toEqual([]);
      expect(await found({ trigger: 'manual', status: 'queued' })).toEqual(['queued']);
      expect(await found({ trigger: 'schedule' })).toEqual([]);
      expect(await found({ node: 'node-2' })).toEqual(['timeout']);
      expect(await found({ node: 'node-3' })).toEqual(['running']);
      expect(await found({ node: 'nobody' })).toEqual([]);
    });

    it('finds runs by the text of an error, in any case, in names, codes, stacks and causes', async () => {
      await makeRuns();
      expect(await found({ error: 'DISK full' })).toEqual(['broken']);
      expect(await found({ error: 'enospc' })).toEqual(['broken']);
      expect(await found({ error: 'billing.ts' })).toEqual(['timeout']);
      expect(await found({ error: '100%' })).toEqual(['broken']);
      // A word of the stored form alone is no text of an error.
      expect(await found({ error: 'attempt' })).toEqual([]);
      expect(await found({ error: 'disk full', status: ['failed', 'succeeded'] })).toEqual([
        'retried',
        'broken',
      ]);
      expect(await found({ error: 'disk full', jobId: 'a' })).toEqual(['broken']);
      expect(await found({ error: 'disk full', type: 'other' })).toEqual([]);
      expect(await found({ error: 'disk full', tags: ['eu'] })).toEqual(['broken']);
    });

    it('finds runs by a field of the payload that they ran with', async () => {
      await makeRuns();
      const of = (path: string, value: string, more = {}) =>
        found({ payload: [{ path: path.split('.'), value }], ...more });
      expect(await of('customer_id', '42')).toEqual(['broken', 'timeout']);
      expect(await of('name', 'Ann "A"')).toEqual(['timeout']);
      expect(await of('tenant.id', '7', { status: 'succeeded' })).toEqual(['retried', 'good']);
      expect(await of('tenant.id', '8')).toEqual([]);
      expect(await of('tenant', '7')).toEqual([]);
      await t.edit('a', { payload: '{"tenant":{"id":8}}' });
      expect(await of('tenant.id', '7', { status: 'succeeded' })).toEqual(['retried', 'good']);
      expect(await of('tenant.id', '7', { status: 'running' })).toEqual(['running']);
      await make('later', 'a');
      expect(await of('tenant.id', '8')).toEqual(['later']);
    });

    it('finds runs by fingerprint', async () => {
      await makeRuns();
      const [broken] = await t.runs({ error: 'disk' });
      const fingerprint = broken !== undefined && 'fingerprint' in broken ? broken.fingerprint : undefined;
      expect(fingerprint).toBeDefined();
      expect(await found({ fingerprint })).toEqual(['broken']);
      expect(await found({ fingerprint, error: 'nothing' })).toEqual([]);
      expect(await found({ fingerprint, status: 'succeeded' })).toEqual([]);
      expect(await found({ fingerprint: '0'.repeat(16) })).toEqual([]);
    });

    it('finds runs by the time in which they were running, and by their end', async () => {
      await create('a');
      await make('long', 'a');
      const long = await t.claimOne('node-1');
      await make('late', 'a');
      const late = await t.claimOne('node-1');
      t.clock.advance(2 * HOUR);
      await t.settle(long, SUCCEEDED, { startedAt: T0, finishedAt: T0 + 2 * HOUR });
      await make('waits', 'a');
      await t.store.report([{ runId: late.id, fence: late.fence, startedAt: T0 + 2 * HOUR }]);
      const window = (from: number, to: number) => ({ from: T0 + from * HOUR, to: T0 + to * HOUR });
      const within = (time: 'ran' | 'ended', from: number, to: number, more = {}) =>
        found({ time, ...window(from, to), ...more });
      expect(await within('ran', 1, 1.5)).toEqual(['long']);
      expect(await within('ran', 1, 3)).toEqual(['late', 'long']);
      expect(await within('ran', 3, 4)).toEqual(['late']);
      expect(await within('ran', 1, 3, { status: 'succeeded' })).toEqual(['long']);
      expect(await within('ran', 1, 3, { jobId: 'a', status: 'running' })).toEqual(['late']);
      expect(await within('ended', 0, 2)).toEqual([]);
      expect(await within('ended', 2, 3)).toEqual(['long']);
      expect(await found(window(0, 1))).toEqual(['late', 'long']);
      // A timeline looks back 24 hours, unless a run still runs.
      expect(await within('ran', 25, 26)).toEqual(['late']);
      t.clock.advance(28 * HOUR);
      await t.settle(late, SUCCEEDED, { startedAt: T0 + 2 * HOUR, finishedAt: T0 + 30 * HOUR });
      expect(await within('ran', 29, 31)).toEqual([]);
      expect(await within('ended', 29, 31)).toEqual(['late']);
    });

    it('pages through what it finds, within bounds of time', async () => {
      await makeRuns();
      const seen: string[] = [];
      let before: string | undefined;
      do {
        const page = await t.store.listRuns({
          limit: 1,
          before,
          trigger: 'manual',
          from: T0,
          to: T0 + 2 * HOUR,
        });
        seen.push(...page.rows.map(({ run }) => names.get(run.id) ?? ''));
        before = page.next?.key;
      } while (before !== undefined);
      expect(seen).toEqual(['queued', 'running', 'retried', 'cancelled', 'broken', 'timeout', 'good']);
      expect(await found({ trigger: 'manual', from: T0 + 1 })).toEqual(['queued', 'running']);
    });
  });
}
