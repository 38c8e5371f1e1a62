import { describe, expect, it, onTestFinished } from 'vitest';
import type { Job, JobDefinition } from '../../src/core/model/job.ts';
import type { DeclareInput, DeclareResult, JobInCode } from '../../src/core/store/store-declarations.ts';
import {
  DAY,
  definitionOf,
  every,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

const PLACE = 'src/jobs.ts:12';

function inCode(id: string, more: Partial<JobDefinition> = {}, how: Partial<JobInCode> = {}): JobInCode {
  const definition = definitionOf(id, more);
  return { definition, place: PLACE, adopt: false, shown: JSON.stringify({ id }), ...how };
}

const RETENTION = { finishedPerJob: 1_000, skippedPerJob: 200, maxAgeMs: 30 * DAY, countsMaxAgeMs: 90 * DAY };
const SILENT = {
  notice: () => undefined,
  others: () => undefined,
  missed: () => undefined,
  drain: () => undefined,
  recovered: () => undefined,
  lease: () => undefined,
  lost: () => undefined,
  degraded: () => undefined,
  state: () => ({ busy: 0, buffered: 0, throttled: false, eventLoopDelayMs: 0 }),
};

export function jobsInCodeContract(makeStore: MakeStore): void {
  // Promise P28, jobs in code. The ids are rows of decision 41.
  describe('jobs in code', () => {
    const t = useStore(makeStore);

    const declare = (jobs: readonly JobInCode[], more: Partial<DeclareInput> = {}): Promise<DeclareResult> =>
      t.store.declareJobs({
        node: 'self',
        startedAt: t.clock.now(),
        release: 8,
        isStart: true,
        jobs,
        ...more,
      });
    const done = async (...args: Parameters<typeof declare>) => {
      const result = await declare(...args);
      if (result.kind !== 'done') throw new Error(`not done: ${JSON.stringify(result)}`);
      return {
        created: result.created.map(({ id }) => id),
        events: result.changed.map(({ event }) => event),
      };
    };
    const refused = async (...args: Parameters<typeof declare>) => {
      const result = await declare(...args);
      if (result.kind !== 'refused') throw new Error(`not refused: ${result.kind}`);
      return result.faults;
    };
    const NOTHING = { created: [], events: [] };
    const find = async (id: string): Promise<Job | undefined> => (await t.store.getJob(id, {}))?.job;
    const audit = async (target: string) =>
      (await t.store.listAudit({ limit: 20, target })).toReversed().map(({ actor, action, change }) => ({
        actor,
        action,
        change: JSON.parse(change) as unknown,
      }));
    /** A live node of another process. */
    const node = async (id: string, release: number, declares: readonly string[], startedAt = T0) => {
      const info = { id, version: '', places: 1, types: {}, startedAt, release, declares };
      const membership = await t.store.join(info, SILENT);
      let hasLeft = false;
      const leave = async () => {
        if (!hasLeft) await membership.leave();
        hasLeft = true;
      };
      onTestFinished(leave);
      return leave;
    };

    it('makes the jobs, with their places, in the log of changes as made by code', async () => {
      expect(await done([inCode('a'), inCode('b', {}, { place: 'src/other.ts:3' })])).toEqual({
        created: ['a', 'b'],
        events: [],
      });
      expect(await t.job('a')).toMatchObject({
        declaration: { place: PLACE },
        createdBy: 'code',
        status: 'active',
        nextRunAt: T0 + MINUTE,
      });
      expect(await t.job('b')).toMatchObject({ declaration: { place: 'src/other.ts:3' } });
      const change = { id: 'a', declaredIn: PLACE, release: 8 };
      expect(await audit('a')).toEqual([{ actor: 'code', action: 'job.create', change }]);
    });

    it('lists the jobs of code, or the others', async () => {
      await t.create('made');
      await done([inCode('declared')]);
      const query = { handlers: {}, sort: 'id', descending: false, limit: 9 } as const;
      const listed = async (origin: 'code' | 'api') =>
        (await t.store.listJobs({ ...query, origin })).rows.map(({ job }) => job.id);
      expect(await listed('code')).toEqual(['declared']);
      expect(await listed('api')).toEqual(['made']);
    });

    it('D1: an edit and a delete by others are refused with the place; an equal edit changes nothing', async () => {
      await done([inCode('a')]);
      const { version } = await t.job('a');
      const detail = expect.stringContaining(`declared in code, at ${PLACE}`);
      const edit = { kind: 'edit', definition: definitionOf('a', { tags: ['x'] }) } as const;
      expect(await t.command('a', edit)).toMatchObject({ refusal: { code: 'declared', detail } });
      expect(await t.command('a', { kind: 'delete' })).toMatchObject({
        refusal: { code: 'declared', detail },
      });
      expect(await t.command('a', { kind: 'edit', definition: definitionOf('a') })).toMatchObject({
        kind: 'done',
        changed: false,
      });
      expect(await t.job('a')).toMatchObject({ version, status: 'active' });
    });

    it('D2: a pause, a resume, a run and a cancel are allowed, and the next start keeps the pause', async () => {
      await done([inCode('a')]);
      await t.done('a', { kind: 'pause', reason: 'check', by: 'user:1', cancelLive: false });
      expect(await done([inCode('a')])).toEqual(NOTHING);
      expect((await t.job('a')).pause).toMatchObject({ reason: 'check', by: 'user:1' });
      expect(await done([inCode('a', { name: 'Other' })])).toMatchObject({ events: ['job.updated'] });
      expect(await t.job('a')).toMatchObject({ name: 'Other', pause: { by: 'user:1' } });
      await t.done('a', { kind: 'resume' });
      const run = await t.trigger('a');
      const input = { runId: run.id, force: false };
      expect(await t.store.cancelRun(input)).toMatchObject({ kind: 'cancelled' });
    });

    it('D3: an equal declaration changes nothing, and the next run does not move', async () => {
      await done([inCode('a')]);
      const before = await t.job('a');
      t.clock.advance(10_000);
      expect(await done([inCode('a', { schedule: every(MINUTE, { interval: '1m' }) })])).toEqual(NOTHING);
      expect(await t.job('a')).toEqual(before);
      expect(await audit('a')).toHaveLength(1);
    });

    it('D3: a payload with secrets that is not the compared one changes nothing: equal values seal differently', async () => {
      const payload = JSON.stringify({ token: { $sealed: 'one' } });
      const again = JSON.stringify({ token: { $sealed: 'another' } });
      const secret = (text: string, stored: string | undefined) =>
        inCode('a', { payload: text }, { compared: { payload: stored } });
      expect(await declare([secret(payload, again)])).toEqual({ kind: 'outdated' });
      expect(await done([secret(payload, undefined)])).toMatchObject({ created: ['a'] });
      expect(await declare([secret(again, undefined), inCode('b')])).toEqual({ kind: 'outdated' });
      expect(await find('b')).toBeUndefined();
      expect(await t.job('a')).toMatchObject({ version: 1, payload });
      expect(await done([secret(again, payload)])).toMatchObject({ events: ['job.updated'] });
    });

    it('D3: another place is noted, and is no edit', async () => {
      await done([inCode('a')]);
      const before = await t.job('a');
      expect(await done([inCode('a', {}, { place: 'src/jobs.ts:14' })])).toEqual(NOTHING);
      expect(await t.job('a')).toEqual({ ...before, declaration: { place: 'src/jobs.ts:14' } });
      expect(await audit('a')).toHaveLength(1);
    });

    it('a changed declaration is an edit: a new version, by code', async () => {
      await done([inCode('a')]);
      expect(await done([inCode('a', { schedule: every(HOUR) })])).toEqual({
        created: [],
        events: ['job.updated'],
      });
      expect(await t.job('a')).toMatchObject({
        version: 2,
        nextRunAt: T0 + HOUR,
        declaration: { place: PLACE },
      });
      expect((await audit('a'))[1]).toMatchObject({
        actor: 'code',
        action: 'job.edit',
        change: { release: 8 },
      });
      const versions = await t.store.listVersions({ jobUid: (await t.job('a')).uid, limit: 9 });
      expect(versions).toMatchObject([{ version: 1, replacedBy: 'code' }]);
    });

    it('D4: a job of the same id that was made elsewhere is a fault, and nothing is written', async () => {
      const made = await t.create('b');
      const detail = expect.stringContaining('adopt: true');
      expect(await refused([inCode('a'), inCode('b')])).toEqual([{ jobId: 'b', detail }]);
      expect(await find('a')).toBeUndefined();
      expect(await t.job('b')).toEqual(made);
    });

    it('D4: with adopt, the declaration takes the job over as an edit', async () => {
      const made = await t.create('a', { name: 'Mine' });
      t.clock.advance(10_000);
      const how = { adopt: true };
      expect(await done([inCode('a', {}, how)])).toEqual({ created: [], events: ['job.updated'] });
      expect(await t.job('a')).toMatchObject({
        uid: made.uid,
        name: 'Job a',
        version: 2,
        nextRunAt: made.nextRunAt,
        declaration: { place: PLACE },
      });
      expect(await done([inCode('a', {}, how)])).toEqual(NOTHING);
    });

    it('another type is a fault: a job keeps its type', async () => {
      await done([inCode('a')]);
      expect(await refused([inCode('a', { type: 'other' })])).toMatchObject([
        { jobId: 'a', pointer: '/type' },
      ]);
      expect(await t.job('a')).toMatchObject({ type: 'noop' });
    });

    it('D5: beside a live node of a newer release, it changes nothing', async () => {
      await done([inCode('a')], { release: 9 });
      const before = await t.job('a');
      await node('newer', 9, ['a']);
      expect(await declare([inCode('b')])).toEqual({ kind: 'held', byRelease: 9 });
      expect(await find('b')).toBeUndefined();
      expect(await t.job('a')).toEqual(before);
    });

    it('D6: once no node of a newer release is alive, its declarations hold', async () => {
      await done([inCode('a'), inCode('b')], { release: 9 });
      const leave = await node('newer', 9, ['a', 'b']);
      await leave();
      expect(await done([inCode('a', { name: 'Old' })])).toEqual({
        created: [],
        events: ['job.updated', 'job.paused'],
      });
      expect(await t.job('b')).toMatchObject({ status: 'paused' });
    });

    it('D7: a job that is no longer declared is paused, and says by which release', async () => {
      await done([inCode('a'), inCode('b')]);
      const run = await t.trigger('b');
      t.clock.advance(10_000);
      expect(await done([inCode('a')], { release: 9 })).toEqual({ created: [], events: ['job.paused'] });
      const paused = await t.job('b');
      expect(paused).toMatchObject({
        status: 'paused',
        pause: { by: 'code', reason: expect.stringContaining('release 9') },
        declaration: { place: PLACE, gone: { at: T0 + 10_000, release: 9, seenAt: T0 + 10_000 } },
      });
      expect(paused).not.toHaveProperty('nextRunAt');
      expect(await t.live(run.id)).toMatchObject({ held: 'pause' });
      expect((await audit('b')).at(-1)).toEqual({
        actor: 'code',
        action: 'job.pause',
        change: { declaredIn: PLACE, release: 9 },
      });
      expect(await done([inCode('a')], { release: 10 })).toEqual(NOTHING);
      expect(await t.job('b')).toEqual(paused);
    });

    it('D7: it is deleted after 7 days without a live node that declares it', async () => {
      await done([inCode('b')]);
      await done([]);
      const run = await t.trigger('b');
      t.clock.advance(7 * DAY);
      expect(await done([])).toEqual(NOTHING);
      t.clock.advance(HOUR);
      expect(await done([], { isStart: false })).toEqual({ created: [], events: ['job.deleted'] });
      expect(await find('b')).toBeUndefined();
      expect(await t.run(run.id)).toMatchObject({ status: 'cancelled', reason: 'deleted' });
      expect((await audit('b')).at(-1)).toMatchObject({ actor: 'code', action: 'job.delete' });
    });

    it('D7: as long as a live node of an older release declares it, it is kept', async () => {
      await done([inCode('b')]);
      const leave = await node('older', 7, ['b']);
      await done([]);
      t.clock.advance(8 * DAY);
      expect(await done([])).toEqual(NOTHING);
      expect((await t.job('b')).declaration?.gone).toMatchObject({ at: T0, seenAt: T0 + 8 * DAY });
      await leave();
      t.clock.advance(7 * DAY);
      expect(await done([])).toEqual(NOTHING);
      t.clock.advance(HOUR);
      expect(await done([])).toMatchObject({ events: ['job.deleted'] });
    });

    it('D8: a job that is declared again is resumed, and makes up for nothing', async () => {
      await done([inCode('a')]);
      await done([]);
      t.clock.advance(10 * MINUTE + 10_000);
      expect(await done([inCode('a')])).toEqual({ created: [], events: ['job.resumed'] });
      const job = await t.job('a');
      expect(job).toMatchObject({
        status: 'active',
        nextRunAt: T0 + 11 * MINUTE,
        declaration: { place: PLACE },
      });
      expect(job).not.toHaveProperty('pause');
      expect((await audit('a')).at(-1)).toMatchObject({ actor: 'code', action: 'job.resume' });
    });

    it.each(['user:1', 'engine'])('D8: a pause by %s from before stays', async (by) => {
      await done([inCode('a')]);
      await t.done('a', { kind: 'pause', reason: 'broken', by, cancelLive: false });
      const { pause } = await t.job('a');
      await done([]);
      expect((await t.job('a')).pause).toMatchObject({ by: 'code' });
      t.clock.advance(MINUTE);
      await done([inCode('a')]);
      expect(await t.job('a')).toMatchObject({ status: 'paused', pause });
      expect((await t.job('a')).declaration).toEqual({ place: PLACE });
    });

    it('D8: a pause whose end has come meanwhile is over, and nothing makes up for the slots since', async () => {
      await done([inCode('a')]);
      await t.done('a', { kind: 'pause', until: T0 + HOUR, cancelLive: false });
      await done([]);
      t.clock.advance(2 * HOUR);
      expect(await t.plan()).toMatchObject({ queued: [] });
      expect(await t.job('a')).toMatchObject({ status: 'paused', pause: { by: 'code' } });
      await done([inCode('a')]);
      expect(await t.job('a')).toMatchObject({ status: 'active', nextRunAt: T0 + 2 * HOUR + MINUTE });
      expect(await t.plan()).toMatchObject({ queued: [] });
      expect(await t.runs()).toEqual([]);
    });

    it('D8: a pause by a person meanwhile holds after it is declared again', async () => {
      await done([inCode('a')]);
      await done([]);
      await t.done('a', { kind: 'pause', reason: 'wait', by: 'user:1', cancelLive: false });
      expect((await t.job('a')).pause).toMatchObject({ by: 'code' });
      await done([inCode('a')]);
      expect(await t.job('a')).toMatchObject({ status: 'paused', pause: { by: 'user:1', reason: 'wait' } });
      await t.done('a', { kind: 'resume' });
    });

    it('D9: a job that is no longer declared may be deleted; a resume and an edit name the release', async () => {
      await done([inCode('a')]);
      await done([], { release: 9 });
      const detail = expect.stringContaining('Release 9 no longer declares');
      const edit = { kind: 'edit', definition: definitionOf('a', { name: 'Other' }) } as const;
      expect(await t.command('a', { kind: 'resume' })).toMatchObject({
        refusal: { code: 'declared', detail },
      });
      expect(await t.command('a', edit)).toMatchObject({ refusal: { code: 'declared', detail } });
      await t.done('a', { kind: 'delete', by: 'user:1' });
      expect(await find('a')).toBeUndefined();
      expect(await done([inCode('a')])).toMatchObject({ created: ['a'] });
    });

    it.each([
      ['run_at', { kind: 'run_at', runAt: T0 - HOUR } as const],
      ['end_at', every(MINUTE, { endAt: T0 - HOUR })],
    ])('D10: a new job whose %s is over is finished', async (_, schedule) => {
      expect(await done([inCode('a', { schedule })])).toMatchObject({ created: ['a'] });
      const job = await t.job('a');
      expect(job).toMatchObject({ status: 'finished' });
      expect(job).not.toHaveProperty('nextRunAt');
      expect(await t.plan()).toMatchObject({ queued: [] });
      expect(await done([inCode('a', { schedule })])).toEqual(NOTHING);
    });

    it('D10: so is a job that is changed to a time that is over, once its runs have ended', async () => {
      await done([inCode('a', { schedule: ON_DEMAND })]);
      const run = await t.trigger('a');
      await done([inCode('a', { schedule: { kind: 'run_at', runAt: T0 - HOUR } })]);
      expect(await t.job('a')).toMatchObject({ status: 'active' });
      const claimed = await t.claimOne();
      expect(claimed.id).toBe(run.id);
      await t.settle(claimed, SUCCEEDED);
      expect(await t.job('a')).toMatchObject({ status: 'finished' });
    });

    it('E19: a finished job is not removed after 30 days as long as code declares it', async () => {
      const schedule = { kind: 'run_at', runAt: T0 - HOUR } as const;
      await done([inCode('a', { schedule })]);
      await t.create('b', { schedule: every(MINUTE, { maxRuns: 1 }) });
      t.clock.advance(MINUTE);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      t.clock.advance(40 * DAY);
      await t.store.prune(RETENTION);
      expect(await find('a')).toMatchObject({ status: 'finished' });
      expect(await find('b')).toBeUndefined();
    });

    it('D11: of equal releases, a start holds; later looks are for the node that started last', async () => {
      await done([inCode('a')]);
      await node('other', 8, ['a'], t.clock.now() + 1_000);
      expect(await done([inCode('b')])).toEqual({ created: ['b'], events: ['job.paused'] });
      expect(await declare([inCode('a')], { isStart: false })).toEqual({ kind: 'held', byRelease: 8 });
      const startedAt = t.clock.now() + 2_000;
      expect(await done([inCode('a')], { isStart: false, startedAt })).toMatchObject({
        events: ['job.resumed', 'job.paused'],
      });
    });

    it('names all faults at once', async () => {
      const noPayload = { schedule: every(MINUTE), payload: 'null' };
      await t.create('c');
      expect(await refused([inCode('a', noPayload), inCode('b'), inCode('c')])).toMatchObject([
        { jobId: 'a', pointer: '/payload' },
        { jobId: 'c' },
      ]);
    });

    it('A13: jobs that wait for each other are checked together: with each other, and with those of the API', async () => {
      await t.create('made');
      const after = (job: string) => ({ onlyIf: { job, succeededWithinMs: HOUR } });
      expect(await done([inCode('b', after('a')), inCode('a', after('made'))])).toMatchObject({
        created: ['b', 'a'],
      });
      expect(await done([inCode('b', after('a')), inCode('a', after('made'))])).toEqual(NOTHING);
      expect(await refused([inCode('b', after('a')), inCode('a', after('b'))])).toMatchObject([
        { jobId: 'a', pointer: '/onlyIf/job' },
      ]);
      expect(await refused([inCode('b', after('none')), inCode('a')])).toMatchObject([
        {
          jobId: 'b',
          pointer: '/onlyIf/job',
          detail: expect.stringContaining('declare it in `jobs` of createJobs, or correct the id'),
        },
      ]);
      const noCalendar = { calendar: { id: 'nope', mode: 'skip' } } as const;
      expect(await refused([inCode('c', noCalendar)])).toMatchObject([
        { jobId: 'c', detail: expect.stringContaining('declare it in `calendars` of createJobs') },
      ]);
      expect((await t.job('b')).onlyIf).toMatchObject({ job: 'a' });
    });

    it('A13: chains are declared in any order: the ends of each job that another one follows start runs', async () => {
      const follows = (job: string) => ({ schedule: { kind: 'after', job, on: 'succeeded' } as const });
      const first = { schedule: ON_DEMAND };
      const ends = async (id: string, next: string) => {
        await t.trigger(id);
        await t.settle(await t.claimOne(), SUCCEEDED);
        await t.store.plan({ types: TYPES, limit: 100, startsChains: 'all' });
        const run = await t.claimOne();
        expect(await t.store.getRun(run.id)).toMatchObject({ jobId: next });
        await t.settle(run, SUCCEEDED);
      };
      await t.create('made', first);
      await done([inCode('a', first), inCode('b', follows('a')), inCode('c', follows('made'))]);
      await ends('a', 'b');
      await ends('made', 'c');
      // A job that is changed follows one that is new, and the circle that the two had before is none.
      await done([
        inCode('d', first),
        inCode('a', follows('d')),
        inCode('b', first),
        inCode('c', follows('b')),
      ]);
      await ends('d', 'a');
      await ends('b', 'c');
      await done([inCode('d', first), inCode('a', first), inCode('b', follows('a')), inCode('c', first)]);
      await ends('a', 'b');
    });

    it('many jobs are made, changed and paused in one step', async () => {
      const jobs = Array.from({ length: 300 }, (_, n) => inCode(`j${n}`));
      expect((await done(jobs)).created).toHaveLength(300);
      const next = jobs.slice(100).map(({ definition: { id } }) => inCode(id, { name: 'Next' }));
      const { events } = await done([...next, inCode('new')]);
      expect(events.filter((event) => event === 'job.updated')).toHaveLength(200);
      expect(events.filter((event) => event === 'job.paused')).toHaveLength(100);
      expect(await done([...next, inCode('new')])).toEqual(NOTHING);
    });

    it('a pass between leaves the declaration as it is', async () => {
      await done([inCode('a', { pauseAfter: { failures: 1, ofLast: 1 } })]);
      t.clock.advance(MINUTE);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await t.job('a')).declaration).toEqual({ place: PLACE });
      await done([]);
      const { declaration } = await t.job('a');
      const { id } = await t.trigger('a');
      const claimed = await t.claimOne();
      expect(claimed.id).toBe(id);
      await t.settle(claimed, SUCCEEDED);
      expect(await t.job('a')).toMatchObject({ status: 'paused', declaration });
    });
  });
}
