import { describe, expect, it } from 'vitest';
import type { CalendarMode } from '../../src/core/calendars/calendar.ts';
import type { JobDefinition } from '../../src/core/model/job.ts';
import { isLiveRun, type Run } from '../../src/core/model/run.ts';
import type { Outcome } from '../../src/core/rules/settle.ts';
import type { ChainOn } from '../../src/core/schedule/chain-ends.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import {
  definitionOf,
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

const after = (
  job: string,
  on: ChainOn = 'succeeded',
  more: { readonly endAt?: number; readonly maxRuns?: number } = {},
): Schedule => ({ kind: 'after', job, on, ...more });
const FAILED = failed('no luck', true);

export function chainsContract(makeStore: MakeStore): void {
  // Promise P32, chains and gates. The ids are rows of decision 41.
  describe('chains', () => {
    const t = useStore(makeStore);

    const createImport = () => t.create('import', { schedule: ON_DEMAND, overlap: 'allow' });
    /** A job that follows the job `import`. */
    const create = async (more: Partial<JobDefinition> = {}) => {
      await createImport();
      return t.create('a', { schedule: after('import'), overlap: 'queue', ...more });
    };
    const plan = () => t.store.plan({ types: TYPES, limit: 1_000, startsChains: 'all' });
    /** Runs a job to its end, and says whether the end was noted. */
    const end = async (id: string, outcome: Outcome = SUCCEEDED) => {
      await t.trigger(id);
      return endNext(id, outcome);
    };
    const endNext = async (id: string, outcome: Outcome = SUCCEEDED) => {
      const { jobs, runs } = await t.claim();
      const run = required(runs.find(({ job }) => jobs[job]?.id === id));
      const { hasEnds = false } = await t.settleAll([run], outcome);
      return { runId: run.id, hasEnds };
    };
    const runsOf = async (id: string): Promise<readonly Run[]> => t.runs({ jobId: id });
    const view = async (runId: string) => required(await t.store.getRun(runId));
    const insert = (id: string, more: Partial<JobDefinition>) =>
      t.store.insertJob({ definition: definitionOf(id, more) });

    it('the end of a run makes a run, and both know each other', async () => {
      const job = await create();
      expect(job).toMatchObject({ status: 'active', schedule: after('import') });
      expect(job).not.toHaveProperty('nextRunAt');
      const { runId, hasEnds } = await end('import');
      expect(hasEnds).toBe(true);
      const { queued } = await plan();
      expect(queued).toMatchObject([{ jobId: 'a' }]);
      const made = await view(required(queued[0]).id);
      expect(made).toMatchObject({
        run: { trigger: 'chain', catchUp: false, missed: 0, availableAt: t.clock.now() },
        triggeredBy: { runId, jobId: 'import' },
      });
      expect(made.run).not.toHaveProperty('scheduledFor');
      expect((await view(runId)).triggered).toEqual([{ runId: made.run.id, jobId: 'a' }]);
      expect(await t.runs({ trigger: 'chain' })).toMatchObject([{ id: made.run.id }]);
      expect(await t.runs({ trigger: 'manual' })).toMatchObject([{ id: runId }]);
      await endNext('a');
      expect(await view(made.run.id)).toMatchObject({
        run: { status: 'succeeded', trigger: 'chain' },
        triggeredBy: { runId },
      });
      expect((await plan()).queued).toEqual([]);
    });

    it('a job keeps what it follows, also in another store', async () => {
      const job = await create({ schedule: after('import', 'finished', { endAt: T0 + HOUR, maxRuns: 3 }) });
      await t.reopen();
      expect(await t.job('a')).toEqual(job);
      const { job: edited } = await t.edit('a', { schedule: after('import', 'failed') });
      expect(edited).toMatchObject({ version: 2, schedule: after('import', 'failed') });
      expect(await t.job('a')).toEqual(edited);
    });

    it.each([
      ['succeeded', SUCCEEDED, 1],
      ['succeeded', FAILED, 0],
      ['failed', SUCCEEDED, 0],
      ['failed', FAILED, 1],
      ['finished', SUCCEEDED, 1],
      ['finished', FAILED, 1],
    ] as const)('on %s, an end starts a run only if it is one', async (on, outcome, count) => {
      await create({ schedule: after('import', on) });
      await end('import', outcome);
      expect((await plan()).queued).toHaveLength(count);
    });

    it('an end that nobody follows is not noted, and one that nobody follows any longer only once', async () => {
      await createImport();
      expect((await end('import')).hasEnds).toBe(false);
      await t.create('a', { schedule: after('import'), overlap: 'queue' });
      await t.done('a', { kind: 'delete' });
      expect((await end('import')).hasEnds).toBe(true);
      expect((await plan()).queued).toEqual([]);
      expect((await end('import')).hasEnds).toBe(false);
      await t.create('b', { schedule: ON_DEMAND });
      await t.edit('b', { schedule: after('import'), overlap: 'queue' });
      expect((await end('import')).hasEnds).toBe(true);
      expect((await plan()).queued).toMatchObject([{ jobId: 'b' }]);
    });

    it('A1: a cancelled or skipped run starts nothing', async () => {
      await create({ schedule: after('import', 'finished') });
      const { id } = await t.trigger('import');
      await t.store.cancelRun({ runId: id, force: false });
      await t.trigger('import');
      const { id: runId, fence } = await t.claimOne();
      const outcome: Outcome = { kind: 'expired' };
      await t.store.settle([{ runId, fence, outcome, random: 0, finishedAt: t.clock.now() }]);
      expect((await plan()).queued).toEqual([]);
    });

    it('A2: a failed attempt starts nothing until the run has ended', async () => {
      await create({ schedule: after('import', 'finished') });
      expect((await end('import', failed())).hasEnds).toBe(false);
      t.clock.advance(HOUR);
      await endNext('import');
      expect((await plan()).queued).toHaveLength(1);
    });

    it('A3: the end of a run of a slot counts, and that of a run by hand', async () => {
      await t.create('import', { schedule: every(MINUTE) });
      await t.create('a', { schedule: after('import'), overlap: 'allow' });
      t.clock.advance(MINUTE);
      await plan();
      await endNext('import');
      await end('import');
      expect((await plan()).queued).toHaveLength(2);
    });

    it('A3: the ends of runs of a backfill count', async () => {
      await t.create('import', { schedule: every(MINUTE) });
      await t.create('a', { schedule: after('import'), overlap: 'allow' });
      t.clock.advance(3 * MINUTE);
      await plan();
      await endNext('import');
      await plan();
      const { uid, version } = await t.job('import');
      const slots = [T0 + MINUTE, T0 + 2 * MINUTE];
      const window = { from: T0, to: T0 + 3 * MINUTE, slots, onlyMissing: true, dryRun: false };
      const audit = { actor: 'user:1', action: 'job.backfill', change: '{}' } as const;
      await t.store.backfill({ jobId: 'import', ifUid: uid, ifVersion: version, ...window, audit });
      await plan();
      for (const slot of slots) {
        const { runId } = await endNext('import');
        expect(await t.finished(runId)).toMatchObject({ scheduledFor: slot, catchUp: true, missed: 0 });
        const { queued } = await plan();
        expect(queued.map(({ jobId }) => jobId)).toContain('a');
      }
    });

    it('A4: without room, one run waits, and rows record the other ends', async () => {
      await create();
      for (let n = 0; n < 4; n += 1) await end('import');
      const { queued, skipped } = await plan();
      expect([queued.length, skipped.length]).toEqual([2, 2]);
      const rows = await runsOf('a');
      expect(rows.filter(isLiveRun).map(({ held }) => held)).toEqual(['overlap', 'no']);
      const [row] = await t.runs({ jobId: 'a', status: ['skipped'] });
      expect(row).toMatchObject({ reason: 'overlap', trigger: 'chain' });
      expect(row).not.toHaveProperty('scheduledFor');
      expect((await view(required(row).id)).triggeredBy?.jobId).toBe('import');
    });

    it('A4: with allow, each end starts a run; with cancel_previous, only the last one', async () => {
      await create({ overlap: 'allow' });
      await t.create('b', { schedule: after('import'), overlap: 'cancel_previous' });
      for (let n = 0; n < 3; n += 1) await end('import');
      const { queued } = await plan();
      expect(queued.map(({ jobId }) => jobId).toSorted()).toEqual(['a', 'a', 'a', 'b']);
      await end('import');
      // The run of b is claimed, so it is asked to stop.
      expect((await plan()).cancelRequests).toHaveLength(1);
    });

    it('A5: while the job is paused, an end makes neither a run nor a row, and the resume makes up for none', async () => {
      await create();
      await t.done('a', { kind: 'pause', cancelLive: false });
      await end('import');
      await plan();
      await t.done('a', { kind: 'resume' });
      expect((await plan()).queued).toEqual([]);
      expect(await runsOf('a')).toEqual([]);
      await end('import');
      expect((await plan()).queued).toHaveLength(1);
    });

    it('A6: a run is made also if no live node has the type', async () => {
      await createImport();
      await t.create('a', { schedule: after('import'), overlap: 'queue', type: 'other' });
      await end('import');
      expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
      expect((await t.claim()).runs).toEqual([]);
    });

    describe('A7: a calendar judges the end of the upstream run', () => {
      /** The windows of 14:30 to 17:30, if no other. */
      const put = (from = T0 + 2.5 * HOUR, to = T0 + 5.5 * HOUR) => {
        const windows = [{ startAt: new Date(from).toISOString(), endAt: new Date(to).toISOString() }];
        const calendar = { name: 'C', timezone: 'UTC', windows };
        return t.store.changeCalendar({ id: 'c', command: { kind: 'put', calendar } });
      };
      const createIn = async (mode: CalendarMode, more: Partial<JobDefinition> = {}) => {
        await put();
        return create({ calendar: { id: 'c', mode }, ...more });
      };
      const endAt = async (ms: number) => {
        t.clock.advance(ms - t.clock.now());
        return end('import');
      };

      it('A7: skip makes a blackout row for each end inside a window, and runs for the others', async () => {
        expect(await createIn('skip')).toMatchObject({ status: 'active' });
        const { runId } = await endAt(T0 + 2.5 * HOUR);
        expect(await plan()).toMatchObject({ queued: [], skipped: [{ jobId: 'a', reason: 'blackout' }] });
        const [row] = await runsOf('a');
        expect(row).toMatchObject({ status: 'skipped', reason: 'blackout', trigger: 'chain', missed: 0 });
        expect(row).not.toHaveProperty('scheduledFor');
        expect((await view(required(row).id)).triggeredBy).toEqual({ runId, jobId: 'import' });
        expect((await t.store.listAlertDeliveries({ limit: 9 })).rows).toEqual([]);
        await endAt(T0 + 5.5 * HOUR);
        expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
        expect((await t.job('a')).status).toBe('active');
      });

      it('A7: the end counts, and not when a plan sees it; an edit of the calendar holds until then', async () => {
        await createIn('skip', { overlap: 'allow' });
        await endAt(T0 + 2.5 * HOUR);
        t.clock.advance(4 * HOUR);
        expect((await plan()).skipped).toMatchObject([{ reason: 'blackout' }]);
        await put(T0 + 7 * HOUR, T0 + 8 * HOUR);
        await endAt(T0 + 7.5 * HOUR);
        await put(T0 + 9 * HOUR, T0 + 10 * HOUR);
        expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
      });

      it('A7: move makes the run at once, and it is due at the end of the window', async () => {
        await createIn('move', { expireAfterMs: HOUR });
        await endAt(T0 + 3 * HOUR);
        const { queued } = await plan();
        expect((await view(required(queued[0]).id)).run).toMatchObject({
          status: 'queued',
          held: 'no',
          availableAt: T0 + 5.5 * HOUR,
          expiresAt: T0 + 6.5 * HOUR,
        });
        t.clock.advance(2.5 * HOUR - SECOND);
        expect((await t.claim()).runs).toEqual([]);
        expect((await t.view('a')).health).toEqual({ status: 'ok' });
        t.clock.advance(SECOND);
        expect(await t.claimOne()).toMatchObject({ id: queued[0]?.id, availableAt: T0 + 5.5 * HOUR });
      });

      it('A7: a moved run that a plan makes after the window is due at once', async () => {
        await createIn('move');
        await endAt(T0 + 3 * HOUR);
        t.clock.advance(4 * HOUR);
        await plan();
        expect(await t.claimOne()).toMatchObject({ availableAt: t.clock.now() });
      });

      it('A7: moved runs take room as others do: of ends in one window, two have a run', async () => {
        await createIn('move');
        for (let n = 0; n < 3; n += 1) await endAt(T0 + 3 * HOUR);
        expect(await plan()).toMatchObject({ skipped: [{ reason: 'overlap' }] });
        t.clock.advance(2.5 * HOUR);
        await endNext('a');
        await endNext('a');
        expect((await t.claim()).runs).toEqual([]);
      });

      it('A7: skipped ends do not count for max_runs, and a moved run starts after end_at', async () => {
        const schedule = after('import', 'succeeded', { maxRuns: 1, endAt: T0 + 5 * HOUR });
        await createIn('skip', { schedule });
        await endAt(T0 + 3 * HOUR);
        await plan();
        await t.edit('a', { schedule, calendar: { id: 'c', mode: 'move' }, overlap: 'queue' });
        await endAt(T0 + 4 * HOUR);
        expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
        t.clock.advance(1.5 * HOUR);
        await plan();
        expect(await t.job('a')).toMatchObject({ status: 'active', runsMade: 1 });
        await endNext('a');
        expect((await t.job('a')).status).toBe('finished');
      });

      it('A7: the window comes before the gate and before the room', async () => {
        await t.create('gate', { schedule: ON_DEMAND });
        await createIn('skip', { onlyIf: { job: 'gate', succeededWithinMs: HOUR }, overlap: 'skip' });
        await t.trigger('a');
        await endAt(T0 + 3 * HOUR);
        expect((await plan()).skipped).toMatchObject([{ reason: 'blackout' }]);
      });
    });

    it('A8: the gate is asked when the run is made', async () => {
      await t.create('gate', { schedule: ON_DEMAND });
      await create({ onlyIf: { job: 'gate', succeededWithinMs: HOUR } });
      await end('import');
      expect((await plan()).skipped).toMatchObject([{ jobId: 'a', reason: 'upstream' }]);
      await end('gate');
      await end('import');
      expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
    });

    it('A9: the job finishes at end_at, and later ends make no run', async () => {
      await create({ schedule: after('import', 'succeeded', { endAt: T0 + HOUR }) });
      t.clock.advance(HOUR);
      await end('import');
      expect((await plan()).queued).toHaveLength(1);
      await endNext('a');
      expect((await t.job('a')).status).toBe('active');
      t.clock.advance(1);
      await plan();
      expect(await t.job('a')).toMatchObject({ status: 'finished' });
      await end('import');
      expect((await plan()).queued).toEqual([]);
      const longer = after('import', 'succeeded', { endAt: T0 + 2 * HOUR });
      expect((await t.edit('a', { schedule: longer })).job.status).toBe('active');
    });

    it('A9: the job finishes after max_runs runs', async () => {
      await create({ schedule: after('import', 'succeeded', { maxRuns: 2 }) });
      for (let n = 0; n < 3; n += 1) await end('import');
      expect((await plan()).queued).toHaveLength(2);
      expect(await t.job('a')).toMatchObject({ status: 'active', runsMade: 2 });
      await endNext('a');
      await endNext('a');
      expect((await t.job('a')).status).toBe('finished');
    });

    it('a job without an end stays active, and one whose end has passed is refused', async () => {
      await create();
      await end('import');
      await plan();
      await endNext('a');
      expect((await t.job('a')).status).toBe('active');
      const past = await insert('b', { schedule: after('import', 'succeeded', { endAt: T0 - 1 }) });
      expect(past).toMatchObject({ kind: 'refused', refusal: { pointer: '/endAt' } });
    });

    it('A10: without the upstream job, the health says so; a job created again under its id continues', async () => {
      await create();
      await t.done('import', { kind: 'delete' });
      expect((await t.view('a')).health.status).toBe('no_upstream');
      expect((await t.store.countHealth({ handlers: TYPES })).counts).toMatchObject({ no_upstream: 1 });
      await createImport();
      expect((await t.view('a')).health.status).toBe('ok');
      await t.reopen();
      expect((await end('import')).hasEnds).toBe(true);
      expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
    });

    it('A11: an end that was noted makes a run after a restart, once', async () => {
      await create();
      await end('import');
      await t.reopen();
      const plans = await Promise.all([plan(), plan(), plan()]);
      expect(plans.flatMap(({ queued }) => queued)).toHaveLength(1);
      expect(await runsOf('a')).toHaveLength(1);
    });

    it('A11: the end of a run that was lost too often counts, too', async () => {
      await create({ schedule: after('import', 'failed') });
      await t.trigger('import');
      for (let n = 0; n < 6; n += 1) {
        t.clock.advance(HOUR);
        await t.claimOne('dead');
        await t.store.recover({ node: 'alive' });
      }
      expect((await plan()).queued).toMatchObject([{ jobId: 'a' }]);
    });

    it('A13: an upstream job that does not exist, and circles of chains and gates, are refused', async () => {
      expect(await insert('x', { schedule: after('none') })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'no_upstream', pointer: '/after/job' },
      });
      await create({ onlyIf: { job: 'import', succeededWithinMs: HOUR } });
      for (const more of [
        { schedule: after('a') },
        { schedule: every(HOUR), onlyIf: { job: 'a', succeededWithinMs: HOUR } },
      ])
        expect(
          await t.command('import', { kind: 'edit', definition: definitionOf('import', more) }),
        ).toMatchObject({ kind: 'refused', refusal: { code: 'circle' } });
    });

    it('G8: of edits at once that would make a circle of chains, one is refused', async () => {
      for (const id of ['a', 'b', 'c']) await t.create(id, { schedule: ON_DEMAND });
      const edit = (id: string, job: string) =>
        t.command(id, { kind: 'edit', definition: definitionOf(id, { schedule: after(job) }) });
      const results = await Promise.all([edit('a', 'b'), edit('b', 'c'), edit('c', 'a')]);
      expect(results.map(({ kind }) => kind).toSorted()).toEqual(['done', 'done', 'refused']);
    });

    it('the list of jobs that wait for a job has those that follow it', async () => {
      await create();
      const query = { handlers: TYPES, sort: 'id', descending: false, limit: 9, upstream: 'import' } as const;
      expect((await t.store.listJobs(query)).rows).toMatchObject([{ job: { id: 'a' } }]);
    });

    it('pruned runs leave no links', async () => {
      await create({ overlap: 'allow' });
      const { runId } = await end('import');
      await plan();
      await endNext('a');
      t.clock.advance(100 * 24 * HOUR);
      const [finishedPerJob, maxAgeMs] = [1, HOUR];
      await t.store.prune({ finishedPerJob, skippedPerJob: 1, maxAgeMs, countsMaxAgeMs: HOUR });
      expect(await runsOf('a')).toEqual([]);
      expect(await t.store.getRun(runId)).toBeUndefined();
    });

    it('a chain of chains runs to its end', async () => {
      await create();
      await t.create('b', { schedule: after('a', 'finished'), overlap: 'queue' });
      await end('import');
      await plan();
      await endNext('a', FAILED);
      expect((await plan()).queued).toMatchObject([{ jobId: 'b' }]);
    });
  });
}
