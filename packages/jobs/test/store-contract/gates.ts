import { describe, expect, it } from 'vitest';
import type { Gate } from '../../src/core/chains/gate.ts';
import type { JobDefinition } from '../../src/core/model/job.ts';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import {
  DAY,
  definitionOf,
  definitionPart,
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

const GATE: Gate = { job: 'import', succeededWithinMs: HOUR };
const gateOn = (job: string): Partial<JobDefinition> => ({ onlyIf: { job, succeededWithinMs: HOUR } });

export function gatesContract(makeStore: MakeStore): void {
  // Promise P32, chains and gates. The ids are rows of decision 41.
  describe('gates', () => {
    const t = useStore(makeStore);

    const createImport = () => t.create('import', { schedule: ON_DEMAND, overlap: 'allow' });
    /** A job with a slot every ten minutes, and the job that its gate names. */
    const create = async (more: Partial<JobDefinition> = {}) => {
      await createImport();
      return t.create('a', { schedule: every(10 * MINUTE), onlyIf: GATE, ...more });
    };
    const startImport = async () => {
      await t.trigger('import');
      return claimOf('import');
    };
    const claimOf = async (id: string): Promise<ClaimedRun> => {
      const { jobs, runs } = await t.claim();
      return required(runs.find(({ job }) => jobs[job]?.id === id));
    };
    const succeed = async () => t.settle(await startImport(), SUCCEEDED);
    const planIn = async (ms: number) => {
      t.clock.advance(ms);
      return t.plan();
    };
    const insert = (id: string, more: Partial<JobDefinition>) =>
      t.store.insertJob({ definition: definitionOf(id, more) });
    const health = async (id: string) => (await t.view(id)).health.status;

    it('a job keeps its gate, also in another store and in its versions', async () => {
      const job = await create();
      expect(job.onlyIf).toEqual(GATE);
      await t.reopen();
      expect(await t.job('a')).toEqual(job);
      const { job: edited } = await t.edit('a', { onlyIf: { ...GATE, succeededWithinMs: DAY } });
      expect(edited).toMatchObject({ version: 2, onlyIf: { succeededWithinMs: DAY } });
      expect(await t.job('a')).toEqual(edited);
      expect((await t.edit('a', {})).changed).toBe(false);
      const { onlyIf: _gate, ...without } = definitionPart(edited);
      const { job: open } = await t.done('a', { kind: 'edit', definition: without });
      expect(open).not.toHaveProperty('onlyIf');
      expect(await t.job('a')).toEqual(open);
    });

    it('a slot gets a run while the gate is open, and is skipped while it is closed', async () => {
      await create();
      const closed = await planIn(10 * MINUTE);
      expect(closed).toMatchObject({ queued: [], skipped: [{ reason: 'upstream' }] });
      const [row] = await t.runs();
      expect(row).toMatchObject({
        status: 'skipped',
        reason: 'upstream',
        scheduledFor: T0 + 10 * MINUTE,
        missed: 0,
        catchUp: false,
      });
      await succeed();
      expect((await planIn(10 * MINUTE)).queued).toMatchObject([{ scheduledFor: T0 + 20 * MINUTE }]);
      expect(await t.job('a')).toMatchObject({ nextRunAt: T0 + 30 * MINUTE, failedInRow: 0 });
    });

    it('lists and finds jobs that wait for a job', async () => {
      await create();
      await t.create('b', gateOn('a'));
      const list = async (upstream: string) => {
        const page = await t.store.listJobs({
          upstream,
          handlers: TYPES,
          sort: 'id',
          descending: false,
          limit: 9,
        });
        return page.rows.map(({ job }) => job.id);
      };
      expect(await list('import')).toEqual(['a']);
      expect(await list('a')).toEqual(['b']);
      expect(await list('b')).toEqual([]);
    });

    it('G1: one row covers all slots that passed behind a closed gate', async () => {
      await create();
      await planIn(35 * MINUTE);
      expect(await t.runs()).toMatchObject([
        {
          reason: 'upstream',
          scheduledFor: T0 + 30 * MINUTE,
          missed: 3,
          missedFrom: T0 + 10 * MINUTE,
          catchUp: true,
        },
      ]);
    });

    it('G1: with catch_up skip, missed slots have their own row, and the gate decides about the latest', async () => {
      await create({ catchUp: 'skip' });
      await planIn(30 * MINUTE + SECOND);
      expect(await t.runs()).toMatchObject([
        { reason: 'upstream', scheduledFor: T0 + 30 * MINUTE, missed: 0 },
        { reason: 'missed', scheduledFor: T0 + 20 * MINUTE, missed: 2 },
      ]);
    });

    it('G2: with a closed gate and no room, the reason is upstream', async () => {
      await create();
      await t.trigger('a');
      expect((await planIn(10 * MINUTE)).skipped).toMatchObject([{ reason: 'upstream' }]);
      await t.done('import', { kind: 'trigger' });
      const { jobs, runs } = await t.claim();
      await t.settle(required(runs.find(({ job }) => jobs[job]?.id === 'import')), SUCCEEDED);
      expect((await planIn(10 * MINUTE)).skipped).toMatchObject([{ reason: 'overlap' }]);
    });

    it('G3: a gate decides when the slot is due by its assigned time', async () => {
      const schedule = every(HOUR, { spreadMs: 30 * MINUTE });
      const due = assignedTime({ id: 'a', schedule }, T0 + HOUR);
      await create({ schedule });
      t.clock.advance(HOUR);
      await succeed();
      t.clock.advance(due - t.clock.now());
      expect((await t.plan()).queued).toMatchObject([{ scheduledFor: T0 + HOUR }]);
    });

    it('G3: with a calendar that moves, the gate decides when the moved slot is due', async () => {
      const windows = [{ startAt: new Date(T0).toISOString(), endAt: new Date(T0 + 3 * HOUR).toISOString() }];
      const calendar = { name: 'C', timezone: 'UTC', windows };
      await t.store.changeCalendar({ id: 'c', command: { kind: 'put', calendar } });
      await create({ schedule: every(HOUR), calendar: { id: 'c', mode: 'move' } });
      // Open at the slots of 13:00 and 14:00, and closed at the end of the window.
      await planIn(HOUR);
      await succeed();
      const moved = { missed: 3, missedFrom: T0 + HOUR, scheduledFor: T0 + 3 * HOUR };
      expect((await planIn(HOUR)).queued).toEqual([]);
      await planIn(HOUR + SECOND);
      expect((await t.runs({ jobId: 'a' }))[0]).toMatchObject({ reason: 'upstream', ...moved });
    });

    it('G3: with a calendar that moves, a gate that is closed at the slot may be open when it is due', async () => {
      const windows = [{ startAt: new Date(T0).toISOString(), endAt: new Date(T0 + 3 * HOUR).toISOString() }];
      const calendar = { name: 'C', timezone: 'UTC', windows };
      await t.store.changeCalendar({ id: 'c', command: { kind: 'put', calendar } });
      await create({ schedule: every(2 * HOUR), calendar: { id: 'c', mode: 'move' } });
      await planIn(2.5 * HOUR);
      await succeed();
      expect((await planIn(0.5 * HOUR)).queued).toMatchObject([{ jobId: 'a', scheduledFor: T0 + 2 * HOUR }]);
    });

    it('G4: with catch_up all, the gate decides about each slot when it is taken', async () => {
      await create({ catchUp: 'all', overlap: 'queue' });
      await planIn(20 * MINUTE + SECOND);
      expect(await t.runs()).toMatchObject([
        { reason: 'upstream', scheduledFor: T0 + 20 * MINUTE },
        { reason: 'upstream', scheduledFor: T0 + 10 * MINUTE },
      ]);
      await succeed();
      expect((await planIn(20 * MINUTE)).queued).toMatchObject([
        { scheduledFor: T0 + 30 * MINUTE },
        { scheduledFor: T0 + 40 * MINUTE },
      ]);
    });

    it('G5: a run that waits is not judged again', async () => {
      await create({ overlap: 'queue' });
      await succeed();
      await planIn(10 * MINUTE);
      const first = await claimOf('a');
      const [waiting] = (await planIn(10 * MINUTE)).queued;
      t.clock.advance(5 * HOUR);
      await t.settle(first, SUCCEEDED);
      expect(await claimOf('a')).toMatchObject({ id: waiting?.id });
    });

    it('G6: without the other job, the gate is closed and the health says so', async () => {
      await create();
      await succeed();
      expect(await health('a')).toBe('ok');
      await t.done('import', { kind: 'delete' });
      expect((await t.view('a')).health).toMatchObject({
        status: 'no_upstream',
        reason: expect.stringContaining('import'),
      });
      const counted = await t.store.countHealth({ handlers: TYPES });
      expect(counted.counts).toMatchObject({ no_upstream: 1, ok: 0 });
      const query = { handlers: TYPES, sort: 'id', descending: false, limit: 9 } as const;
      for (const wanted of ['no_upstream', 'unhealthy'] as const)
        expect((await t.store.listJobs({ ...query, health: wanted })).rows).toMatchObject([
          { job: { id: 'a' } },
        ]);
      expect((await t.store.listJobs({ ...query, health: 'ok' })).rows).toEqual([]);
      expect((await planIn(10 * MINUTE)).skipped).toMatchObject([{ reason: 'upstream' }]);
      await createImport();
      expect(await health('a')).toBe('ok');
    });

    it('G6: an edit may keep a gate whose job was deleted', async () => {
      await create();
      await t.done('import', { kind: 'delete' });
      expect((await t.edit('a', { description: 'Still here' })).changed).toBe(true);
      const other = await t.command('a', {
        kind: 'edit',
        definition: definitionOf('a', { ...gateOn('nowhere') }),
      });
      expect(other).toMatchObject({ kind: 'refused', refusal: { code: 'no_upstream' } });
    });

    it('G7: the last success of a paused job counts', async () => {
      await create();
      await succeed();
      await t.done('import', { kind: 'pause', cancelLive: false });
      expect((await planIn(10 * MINUTE)).queued).toHaveLength(1);
    });

    it('G8: gates in a circle are refused', async () => {
      await t.create('a');
      await t.create('b', gateOn('a'));
      await t.create('c', gateOn('b'));
      for (const job of ['a', 'b', 'c']) {
        const definition = definitionOf('a', gateOn(job));
        expect(await t.command('a', { kind: 'edit', definition })).toMatchObject({
          kind: 'refused',
          refusal: { code: 'circle', pointer: '/onlyIf/job' },
        });
      }
      expect(await t.job('a')).not.toHaveProperty('onlyIf');
      expect(await insert('d', gateOn('d'))).toMatchObject({ kind: 'refused', refusal: { code: 'circle' } });
    });

    it('G8: a job that is created again closes no circle', async () => {
      await t.create('a');
      await t.create('b', gateOn('a'));
      await t.done('a', { kind: 'delete' });
      expect(await insert('a', gateOn('b'))).toMatchObject({ kind: 'refused', refusal: { code: 'circle' } });
      expect(await insert('a', {})).toMatchObject({ kind: 'created' });
    });

    it('G8: of edits at once that would make a circle together, one is refused', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await t.create(id);
      const edit = (id: string, job: string) =>
        t.command(id, { kind: 'edit', definition: definitionOf(id, gateOn(job)) });
      const results = await Promise.all([edit('a', 'b'), edit('b', 'c'), edit('c', 'd'), edit('d', 'a')]);
      expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(3);
      expect(results.filter(({ kind }) => kind === 'refused')).toMatchObject([
        { refusal: { code: 'circle' } },
      ]);
    });

    it('G9: after the clock jumped back, the success counts as one of now', async () => {
      await create();
      t.clock.advance(2 * HOUR);
      await succeed();
      t.clock.advance(-2 * HOUR + 10 * MINUTE);
      expect((await t.plan()).queued).toHaveLength(1);
    });

    it('G10: a retry that is due after the next slot is made, because the gate may skip that slot', async () => {
      await create({ backoff: { initialMs: HOUR, maxMs: HOUR, factor: 1, jitter: 0 } });
      await succeed();
      await planIn(10 * MINUTE);
      const run = await claimOf('a');
      expect(await t.settle(run, failed())).toMatchObject({ kind: 'waiting' });
    });

    it('G11: the time counts back from when the slot is due, to the end of the success', async () => {
      await create({ schedule: every(2 * HOUR) });
      const run = await startImport();
      t.clock.advance(HOUR);
      await t.settle(run, SUCCEEDED, { startedAt: T0 });
      expect((await planIn(HOUR)).queued).toHaveLength(1);
      await t.settle(await claimOf('a'), SUCCEEDED);
      t.clock.advance(HOUR - SECOND);
      await t.settle(await startImport(), SUCCEEDED);
      expect((await planIn(HOUR + SECOND)).skipped).toMatchObject([{ reason: 'upstream' }]);
    });

    it('G11: a failure after the success does not close the gate', async () => {
      await create();
      await succeed();
      await t.settle(await startImport(), failed('no luck', true));
      expect((await planIn(10 * MINUTE)).queued).toHaveLength(1);
    });

    it('G11: of runs that overlap, the last end counts', async () => {
      await create({ schedule: every(HOUR + 30 * MINUTE) });
      const first = await startImport();
      await t.settle(await startImport(), SUCCEEDED);
      t.clock.advance(HOUR);
      await t.settle(first, SUCCEEDED, { startedAt: T0 });
      expect((await planIn(30 * MINUTE)).queued).toHaveLength(1);
    });

    it('G12: successes of a deleted job do not count', async () => {
      await create();
      await succeed();
      await t.done('import', { kind: 'delete' });
      await createImport();
      expect((await planIn(10 * MINUTE)).skipped).toMatchObject([{ reason: 'upstream' }]);
      await succeed();
      expect((await planIn(10 * MINUTE)).queued).toHaveLength(1);
    });

    it('G13: with a fixed delay, the next slot is one interval after the skipped one', async () => {
      await create({ schedule: every(10 * MINUTE, { mode: 'fixed_delay' }) });
      await planIn(10 * MINUTE + 5 * SECOND);
      expect(await t.job('a')).toMatchObject({ nextRunAt: T0 + 20 * MINUTE, lastSlotAt: T0 + 10 * MINUTE });
      await planIn(HOUR);
      expect((await t.job('a')).nextRunAt).toBe(t.clock.now() + 10 * MINUTE);
      await succeed();
      expect((await planIn(10 * MINUTE)).queued).toHaveLength(1);
    });

    it('G14: runs and retries by hand, and backfills, do not ask the gate', async () => {
      await create();
      await planIn(20 * MINUTE + SECOND);
      expect((await t.trigger('a')).held).toBe('no');
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { uid, version } = await t.job('a');
      await t.store.backfill({
        jobId: 'a',
        ifUid: uid,
        ifVersion: version,
        from: T0,
        to: t.clock.now(),
        slots: [T0 + 10 * MINUTE],
        onlyMissing: true,
        dryRun: false,
        audit: { actor: 'user:1', action: 'job.backfill', change: '{}' },
      });
      expect((await t.plan()).queued).toMatchObject([{ scheduledFor: T0 + 10 * MINUTE }]);
    });

    it('a pause, also one by the failure budget, skips due slots behind a closed gate', async () => {
      await create({ pauseAfter: { failures: 1, ofLast: 1 }, overlap: 'allow' });
      await t.trigger('a');
      const run = await t.claimOne();
      t.clock.advance(10 * MINUTE);
      await t.settle(run, failed('no luck', true));
      expect((await t.job('a')).status).toBe('paused');
      expect(await t.runs({ status: ['skipped'] })).toMatchObject([{ reason: 'upstream' }]);
      await t.done('a', { kind: 'resume' });
      t.clock.advance(10 * MINUTE);
      await succeed();
      await t.done('a', { kind: 'pause', cancelLive: false });
      expect((await t.runs({ status: ['queued'] })).length).toBe(1);
    });

    it('the only slot of a job with run_at is skipped, and the job is finished', async () => {
      await create({ schedule: { kind: 'run_at', runAt: T0 + MINUTE } });
      await planIn(MINUTE);
      expect((await t.job('a')).status).toBe('finished');
      expect(await t.runs()).toMatchObject([{ reason: 'upstream' }]);
    });

    it('skipped slots raise no alert and do not count for max_runs', async () => {
      const channel = { kind: 'webhook', config: '{}', allJobs: true } as const;
      await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'create', channel } });
      await create({ schedule: every(10 * MINUTE, { maxRuns: 1 }) });
      await planIn(45 * MINUTE);
      expect((await t.store.listAlertDeliveries({ limit: 9 })).rows).toEqual([]);
      await succeed();
      expect((await planIn(10 * MINUTE)).queued).toHaveLength(1);
    });
  });
}
