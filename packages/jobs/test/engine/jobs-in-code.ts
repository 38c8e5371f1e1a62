import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { LOOK_EVERY_MS } from '../../src/core/declarations/plan-declarations.ts';
import type { NodeListener } from '../../src/core/nodes/membership.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { type DeclaredJob, defineJobType, EngineError, type JobEvent, job, secret } from '../../src/index.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job as jobInput,
  type MakeDatabase,
  work,
} from './engine-harness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const keeps = defineJobType({
  type: 'keeps',
  payload: z.strictObject({ token: z.string().meta({ secret: true }) }),
  run: async (_ctx, _deps: Deps) => undefined,
});
const jobTypes = [work, keeps];
const secretKeys = ['the key of these tests is long enough'];

/** Jobs that a program declares (P28, jobs in code). The ids are rows of decision 41. */
export function jobsInCode(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({ jobTypes, secretKeys }, makeDatabase);
    onTestFinished(() => h.close());
  });

  /** The program restarts with these declarations. */
  const deploy = async (jobs: readonly DeclaredJob[], more: Partial<EngineOptions<Deps>> = {}) => {
    const engine = await h.again({ jobs, release: 8, ...more });
    const find = async (id: string) => (await engine.getJob(id)).job;
    return { engine, find };
  };
  const startFails = async (jobs: readonly DeclaredJob[]): Promise<EngineError> => {
    const error: unknown = await h.again({ jobs }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof EngineError)) throw new Error('the start did not fail');
    return error;
  };

  it('the jobs are there when the start has ended, with their places', async () => {
    const { engine, find } = await deploy([job(work, { id: 'a', interval: '1h', payload: { n: 3 } })]);
    const made = await find('a');
    expect(made).toMatchObject({ name: 'a', type: 'work', payload: '{"n":3}', createdBy: 'code' });
    expect(made.declaration?.place).toMatch(/jobs-in-code\.ts:\d+$/);
    expect((await engine.trigger('a')).run.status).toBe('queued');
  });

  it('D1: the library refuses an edit, a delete and a tag, also of a bulk command, with the place', async () => {
    const { engine, find } = await deploy([job(work, { id: 'a', interval: '1h' })]);
    const { version } = await find('a');
    const refused = {
      code: 'conflict',
      message: expect.stringMatching(/declared in code, at .*jobs-in-code\.ts:\d+/),
    };
    await expect(engine.patchJob('a', { tags: ['x'] })).rejects.toMatchObject(refused);
    await expect(engine.putJob(jobInput({ id: 'a', interval: '2h', onDemand: false }))).rejects.toMatchObject(
      refused,
    );
    await expect(engine.schedule(work, { id: 'a', interval: '2h' })).rejects.toMatchObject(refused);
    await expect(engine.deleteJob('a')).rejects.toMatchObject(refused);
    expect((await engine.schedule(work, { id: 'a', interval: '60m' })).created).toBe(false);
    const { id = '' } = await engine.bulkJobs({ action: 'tag', tags: ['x'], ids: ['a'] });
    await expect
      .poll(async () => (await engine.getBulkCommand(id)).failures, { interval: 5 })
      .toMatchObject([{ jobId: 'a', detail: expect.stringContaining('declared in code') }]);
    expect(await find('a')).toMatchObject({ version });
  });

  it('D3: a restart with equal declarations changes nothing, secrets included', async () => {
    const declare = () => [
      job(work, { id: 'a', interval: '1h' }),
      job(keeps, { id: 'b', cron: '0 3 * * *', payload: { token: 'abc' } }),
    ];
    const first = await deploy(declare());
    const before = [await first.find('a'), await first.find('b')];
    h.clock.advance(60_000);
    const { engine, find } = await deploy(declare());
    const after = [await find('a'), await find('b')];
    expect(after.map(({ version, nextRunAt }) => ({ version, nextRunAt }))).toEqual(
      before.map(({ version, nextRunAt }) => ({ version, nextRunAt })),
    );
    expect((await engine.listAudit({ actor: 'code' })).map(({ action }) => action)).toEqual([
      'job.create',
      'job.create',
    ]);
  });

  it('D3: an equal secret is no change after a new key, and after a reseal', async () => {
    const declare = (token = 'abc') => [job(keeps, { id: 'b', cron: '0 3 * * *', payload: { token } })];
    const rotated = { secretKeys: ['a newer key that is long enough, too', ...secretKeys] };
    await (await deploy(declare())).engine.stop();
    const { engine, find } = await deploy(declare(), rotated);
    expect((await find('b')).version).toBe(1);
    expect(await engine.resealSecrets()).toMatchObject({ resealed: 1 });
    h.clock.advance(LOOK_EVERY_MS);
    await engine.tick();
    expect((await find('b')).version).toBe(1);
    expect(await engine.resealSecrets()).toMatchObject({ resealed: 0 });
    await engine.stop();
    const other = await deploy(declare('xyz'), rotated);
    expect((await other.find('b')).version).toBe(2);
  });

  it('D4: the start fails for a job that was made over the API, and adopt takes it over', async () => {
    await h.engine.createJob(jobInput({ id: 'a' }), { by: 'user:1' });
    const error = await startFails([job(work, { id: 'a', interval: '1h' })]);
    expect(error.message).toContain('made by user:1');
    expect(error.faults).toMatchObject([{ pointer: '/jobs/0/id' }]);
    const { find } = await deploy([job(work, { id: 'a', interval: '1h', adopt: true })]);
    expect(await find('a')).toMatchObject({ version: 2, schedule: { interval: '1h' } });
  });

  it('D7: a job that is gone is paused, told to hooks, and deleted a week later by a running node', async () => {
    await deploy([job(work, { id: 'a', interval: '1h' })]);
    const told: string[] = [];
    const onPaused: NonNullable<EngineOptions<Deps>['onPaused']> = ({ reason }) =>
      void told.push(reason ?? '');
    const { engine, find } = await deploy([], { release: 9, onPaused });
    expect(await find('a')).toMatchObject({ status: 'paused', pause: { by: 'code' } });
    await engine.tick();
    expect(told).toEqual([expect.stringContaining('release 9')]);
    const events: JobEvent[] = [];
    engine.subscribe((event) => event !== 'reset' && events.push(event));
    h.clock.advance(7 * DAY);
    await engine.tick();
    expect(await find('a')).toMatchObject({ status: 'paused' });
    h.clock.advance(HOUR);
    await engine.tick();
    await expect(find('a')).rejects.toMatchObject({ code: 'not_found' });
    expect(events.map(({ type }) => type)).toContain('job.deleted');
  });

  it('D8, D9: a resume names the release; declared again, the job is resumed', async () => {
    const declared = [job(work, { id: 'a', interval: '1h' })];
    await deploy(declared);
    const { engine } = await deploy([], { release: 9 });
    await expect(engine.resumeJob('a')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Release 9'),
    });
    const { find } = await deploy(declared, { release: 10 });
    expect(await find('a')).toMatchObject({ status: 'active' });
  });

  it('emits an event for each job that a start creates, updates or pauses', async () => {
    await deploy([job(work, { id: 'a', interval: '1h' }), job(work, { id: 'b', interval: '1h' })]);
    const { engine } = await deploy([
      job(work, { id: 'a', interval: '2h' }),
      job(work, { id: 'c', onDemand: true }),
    ]);
    const { backlog } = engine.subscribe(() => undefined, 0);
    const told = backlog === 'reset' ? [] : backlog.map(({ type, jobId }) => `${type} ${jobId}`);
    expect(told).toEqual(['job.created c', 'job.updated a', 'job.paused b']);
  });

  it('a program without the option leaves the jobs of code alone', async () => {
    await deploy([job(work, { id: 'a', interval: '1h' })]);
    const engine = await h.again();
    expect((await engine.getJob('a')).job).toMatchObject({ status: 'active' });
  });

  it('a node that has lost its lease declares nothing until it has one again', async () => {
    let listener: NodeListener | undefined;
    const lossy = await createHarness({ jobTypes, secretKeys }, makeDatabase, (store) => ({
      ...store,
      join(node, given) {
        listener = given;
        return store.join(node, given);
      },
    }));
    onTestFinished(() => lossy.close());
    const engine = await lossy.again({ jobs: [job(work, { id: 'a', interval: '1h' })], release: 8 });
    let looks = 0;
    lossy.store.watch('declareJobs', () => void looks++);
    listener?.lease('ending');
    lossy.clock.advance(LOOK_EVERY_MS);
    await engine.tick();
    expect(looks).toBe(0);
    listener?.lease('kept');
    await engine.tick();
    expect(looks).toBeGreaterThan(0);
  });

  it('one error names each fault of the declarations, with its place, and nothing is written', async () => {
    const gone = defineJobType({ type: 'gone', payload: z.strictObject({}), run: async () => undefined });
    const error = await startFails([
      job(work, { id: 'a', interval: '5 minutes' }),
      job(work, { id: 'b', interval: '1h' }),
      job(work, { id: 'b', interval: '1h' }),
      job(work, { id: 'c', interval: '1h', payload: { n: 1.5 } }),
      job(gone, { id: 'd', interval: '1h' }),
      job(keeps, { id: 'e', interval: '1h', payload: { token: secret('NOT_THERE') } }),
    ]);
    expect(error.code).toBe('invalid');
    expect(error.faults.map(({ pointer }) => pointer)).toEqual([
      '/jobs/0/interval',
      '/jobs/2/id',
      '/jobs/3/payload/n',
      '/jobs/4/type',
      expect.stringMatching(/^\/jobs\/5\/payload/),
    ]);
    for (const { detail } of error.faults) expect(detail).toMatch(/declared at .*jobs-in-code\.ts:\d+\)$/);
    const engine = await h.again();
    expect((await engine.listJobs()).rows).toEqual([]);
  });

  /** What a start logs as warnings. */
  const warningsOf = async (jobs: readonly DeclaredJob[]) => {
    const warnings: string[] = [];
    const ignore = () => undefined;
    const warn = (_: object, text: string) => warnings.push(text);
    await deploy(jobs, { logger: { debug: ignore, info: ignore, error: ignore, warn } });
    return warnings;
  };

  it('an alert channel that is not there is no fault: the log names it', async () => {
    const warnings = await warningsOf([job(work, { id: 'a', interval: '1h', alerts: ['ops'] })]);
    expect(warnings).toEqual([expect.stringContaining('"ops"')]);
  });

  it('a new job that never runs is no fault: the log names it, and says what to do', async () => {
    const soon = new Date(h.clock.now() + HOUR / 2);
    const jobs = [
      job(work, { id: 'a', interval: '1h', endAt: soon }),
      job(work, { id: 'b', runAt: new Date(h.clock.now() - DAY) }),
      job(work, { id: 'c', interval: '20m', endAt: soon }),
    ];
    expect(await warningsOf(jobs)).toEqual([
      'the job "a" in code is finished from the start: endAt is before the first slot, so the job would never run. Give a later time, or leave endAt out.',
      expect.stringMatching(
        /^the job "b" in code is finished from the start: runAt is more than 60 s in the past\. /,
      ),
    ]);
    expect(await warningsOf(jobs)).toEqual([]);
  });

  describe('what job() takes', () => {
    it.each([
      ['an unknown field', { id: 'a', every: '1h' }, 'every'],
      ['a number as interval', { id: 'a', interval: 5 }, 'interval'],
      ['no id', { interval: '1h' }, 'id'],
    ])('not %s', (_, declaration, field) => {
      expect(() => job(work, declaration as never)).toThrow(field);
    });

    it('the compiler refuses a wrong payload', () => {
      // @ts-expect-error
      expect(job(work, { id: 'a', interval: '1h', payload: { n: 'three' } }).input.id).toBe('a');
      // @ts-expect-error
      expect(job(keeps, { id: 'a', interval: '1h' }).input.id).toBe('a');
    });
  });
}
