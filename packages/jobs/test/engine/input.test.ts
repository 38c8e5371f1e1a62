import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError, StoreError } from '../../src/index.ts';
import { createHarness, type Harness, job, memoryDatabase } from './engine-harness.ts';
import { sqliteDatabase } from './sqlite-database.ts';

let h: Harness;
beforeAll(async () => {
  h = await createHarness();
  await h.engine.createJob(job());
});
afterAll(() => h.close());

/** A value of a wrong type, as JavaScript callers can pass it. */
const anything = (value: unknown) => value as never;

async function thrownBy(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function refusal(call: () => Promise<unknown>): Promise<EngineError> {
  const error = await thrownBy(call);
  if (!(error instanceof EngineError)) throw new Error(`no EngineError: ${String(error)}`);
  return error;
}

describe('input of code that is not valid', () => {
  it('is refused with what was wrong, where, and what would be right', async () => {
    const { code, message, summary, faults } = await refusal(() =>
      h.engine.createJob(anything({ id: 'a', type: 'work', interval: 1000, max_attempts: 3 })),
    );
    expect(code).toBe('invalid');
    expect(summary).toBe('The arguments of createJob() are not valid.');
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/name', '/interval', '/max_attempts']);
    expect(message).toBe(
      'The arguments of createJob() are not valid. name: is required: text of 1 to 200 characters, such as "Nightly cleanup"; interval: must be a duration as text, such as "5m", "1h30m" or "24h"; got the number 1000. For 1000 milliseconds, write "1000ms"; max_attempts: unknown field; did you mean maxAttempts?',
    );
  });

  it('is refused when the arguments are in another order', async () => {
    const swapped = await refusal(() => h.engine.trigger(anything({ payload: { n: 1 } }), anything('job')));
    expect(swapped.faults).toEqual([
      { pointer: '/jobId', detail: expect.stringContaining('must be text of at most') },
      { pointer: '', detail: expect.stringMatching(/^input must be a trigger such as .*; got "job"$/) },
    ]);
    const merged = await refusal(() =>
      h.engine.patchJob(anything({ jobId: 'job', name: 'B' }), anything(undefined)),
    );
    expect(merged.faults.map(({ pointer }) => pointer)).toEqual(['/jobId', '']);
  });

  it('is refused for a prefix that no id of a job can have', async () => {
    const idPrefix = 'acme%';
    for (const call of [
      () => h.engine.listJobs({ idPrefix }),
      () => h.engine.listRuns({ idPrefix }),
      () => h.engine.listAudit({ idPrefix }),
      () => h.engine.stats({ idPrefix }),
    ])
      expect((await refusal(call)).faults).toEqual([
        { pointer: '/idPrefix', detail: expect.stringContaining('such as "acme-"') },
      ]);
  });

  it('is refused in the options, whose pointers begin with their name', async () => {
    const { faults } = await refusal(() => h.engine.deleteJob('job', anything({ by: 7, ifVersoin: 1 })));
    expect(faults).toEqual([
      { pointer: '/options/by', detail: expect.stringContaining('got the number 7') },
      { pointer: '/options/ifVersoin', detail: 'unknown field; did you mean ifVersion?' },
    ]);
    await expect(h.engine.getJob('job')).resolves.toMatchObject({ job: { id: 'job' } });
  });

  it('is refused for a misspelled option, with the name that is near it, or else the options that exist', async () => {
    const detail = async (options: object) =>
      (await refusal(() => h.engine.enqueue('work', {}, anything(options)))).faults[0]?.detail;
    expect(await detail({ dealy: '1m' })).toBe('unknown field; did you mean delay?');
    expect(await detail({ idempotencyKey: 'a' })).toBe('unknown field; did you mean key?');
    expect(await detail({ colour: 1 })).toBe(
      'unknown field; known ones are delay, at, key, by, policy, signal, tx',
    );
    const triggered = await refusal(() => h.engine.trigger('job', anything({ dedupeKey: 'a' })));
    expect(triggered.faults).toEqual([{ pointer: '/dedupeKey', detail: 'unknown field; did you mean key?' }]);
  });

  it('is refused where null stands for nothing, but a patch may reset fields with it', async () => {
    const { faults } = await refusal(() => h.engine.createJob(job({ id: 'b', timeout: anything(null) })));
    expect(faults).toEqual([{ pointer: '/timeout', detail: expect.stringContaining('got null') }]);
    await expect(h.engine.patchJob('job', { timeout: null })).resolves.toMatchObject({ job: { id: 'job' } });
  });

  it('is named in the message also when only one field is wrong', async () => {
    const message = async (call: () => Promise<unknown>) => (await refusal(call)).message;
    expect(await message(() => h.engine.enqueue('work', {}, { delay: '-1s' }))).toBe(
      'delay: must be at least 0s; got "-1s"',
    );
    expect(await message(() => h.engine.enqueue('work', {}, { at: '2026-01-01' }))).toMatch(
      /^at: must be an RFC/,
    );
    expect(await message(() => h.engine.enqueueAndWait('work', {}, { timeout: '0s' }))).toBe(
      'timeout: must be more than 0s',
    );
  });

  it('is refused for a signal that is none, and a type that the engine does not have', async () => {
    const signal = anything({ aborted: false });
    const { faults } = await refusal(() => h.engine.enqueueAndWait('work', {}, { signal }));
    expect(faults).toEqual([{ pointer: '/signal', detail: 'must be an AbortSignal; got an object' }]);
    const unknown = await refusal(async () => h.engine.on('run.failed', 'wrok', () => undefined));
    expect(unknown.faults).toEqual([
      {
        pointer: '/type',
        detail:
          'unknown job type; registered are: work. Use one of them, or add it to `types` of createJobs() and restart the program',
      },
    ]);
  });

  it('names the fields of a schedule as code writes them', async () => {
    const { message, faults } = await refusal(() =>
      h.engine.createJob(
        job({ id: 'c', onDemand: undefined, cron: '* * * * *', intervalMode: 'fixed_rate' }),
      ),
    );
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/intervalMode']);
    expect(message).toBe('The job "c" is not valid. intervalMode: only goes with interval');
    const none = await refusal(() => h.engine.createJob(job({ id: 'c', onDemand: undefined })));
    expect(none.message).toContain('give one of interval, cron, rrule, runAt, onDemand: true or after');
  });
});

describe('a list without a query', () => {
  it('is the first 50 jobs by id, the newest 50 runs or the newest 50 changes, as over REST', async () => {
    const ids = Array.from({ length: 51 }, (_, n) => `job-${n + 10}`);
    for (const id of ids.toReversed()) await h.engine.createJob(job({ id, overlap: 'allow' }));
    for (const _ of ids) await h.engine.trigger('job-10');
    await h.engine.tick();
    const jobs = await h.engine.listJobs();
    expect(jobs.rows.map((row) => row.job.id)).toEqual(['job', ...ids.slice(0, 49)]);
    expect((await h.engine.listJobs({ after: jobs.next })).rows.map((row) => row.job.id)).toEqual(
      ids.slice(49),
    );
    const runs = await h.engine.listRuns();
    expect(runs.rows).toHaveLength(50);
    expect((await h.engine.listRuns({ before: runs.next?.key })).rows).toHaveLength(1);
    expect(await h.engine.listAudit()).toHaveLength(50);
    const { times } = await h.engine.preview({ schedule: { interval: '1m' } });
    expect(times).toHaveLength(5);
  });
});

describe('a list of runs between two times', () => {
  it('takes text, a Date, a Temporal.Instant or ms', async () => {
    const { run } = await h.engine.trigger('job');
    await h.engine.tick();
    const ids = async (query: object) => (await h.engine.listRuns(query)).rows.map((row) => row.run.id);
    const at = new Date(run.queuedAt);
    for (const from of [at, at.toISOString(), { epochMilliseconds: run.queuedAt }, run.queuedAt]) {
      expect(await ids({ jobId: 'job', from })).toContain(run.id);
      expect(await ids({ jobId: 'job', to: from })).not.toContain(run.id);
    }
    const tooOld = anything(new Date(Number.NaN));
    for (const bound of ['from', 'to'])
      expect((await refusal(() => h.engine.listRuns({ [bound]: tooOld }))).faults).toEqual([
        { pointer: `/${bound}`, detail: expect.stringContaining('a Date, a Temporal.Instant') },
      ]);
    const { faults } = await refusal(() => h.engine.listRuns({ from: 'yesterday' }));
    expect(faults).toEqual([{ pointer: '/from', detail: expect.stringContaining('got "yesterday"') }]);
  });
});

const CALLS: Readonly<Record<string, (engine: Harness['engine'], args: readonly unknown[]) => unknown>> = {
  createJob: (engine, [a, b]) => engine.createJob(anything(a), anything(b)),
  putJob: (engine, [a, b]) => engine.putJob(anything(a), anything(b)),
  patchJob: (engine, [a, b, c]) => engine.patchJob(anything(a), anything(b), anything(c)),
  deleteJob: (engine, [a, b]) => engine.deleteJob(anything(a), anything(b)),
  getJob: (engine, [a]) => engine.getJob(anything(a)),
  listJobs: (engine, [a]) => engine.listJobs(anything(a)),
  pauseJob: (engine, [a, b, c]) => engine.pauseJob(anything(a), anything(b), anything(c)),
  resumeJob: (engine, [a, b]) => engine.resumeJob(anything(a), anything(b)),
  preview: (engine, [a]) => engine.preview(anything(a)),
  trigger: (engine, [a, b, c]) => engine.trigger(anything(a), anything(b), anything(c)),
  schedule: (engine, [a, b, c]) => engine.schedule(anything(a), anything(b), anything(c)),
  enqueue: (engine, [a, b, c]) => engine.enqueue(anything(a), anything(b), anything(c)),
  enqueueAndWait: (engine, [a, b]) => engine.enqueueAndWait(anything(a), anything(b), { timeout: '0s' }),
  on: (engine, [a, b, c]) => engine.on(anything(a), anything(b), anything(c)).unsubscribe(),
  getRun: (engine, [a]) => engine.getRun(anything(a)),
  listRuns: (engine, [a]) => engine.listRuns(anything(a)),
  getLogs: (engine, [a]) => engine.getLogs(anything(a)),
  cancelRun: (engine, [a, b, c]) => engine.cancelRun(anything(a), anything(b), anything(c)),
  retryRun: (engine, [a, b]) => engine.retryRun(anything(a), anything(b)),
  listSecrets: (engine) => engine.listSecrets(),
  putSecret: (engine, [a, b, c]) => engine.putSecret(anything(a), anything(b), anything(c)),
  deleteSecret: (engine, [a, b]) => engine.deleteSecret(anything(a), anything(b)),
  resealSecrets: (engine, [a]) => engine.resealSecrets(anything(a)),
  createAlertChannel: (engine, [a, b]) => engine.createAlertChannel(anything(a), anything(b)),
  patchAlertChannel: (engine, [a, b, c]) => engine.patchAlertChannel(anything(a), anything(b), anything(c)),
  deleteAlertChannel: (engine, [a, b]) => engine.deleteAlertChannel(anything(a), anything(b)),
  getAlertChannel: (engine, [a]) => engine.getAlertChannel(anything(a)),
  listAlertChannels: (engine) => engine.listAlertChannels(),
  testAlertChannel: (engine, [a]) => engine.testAlertChannel(anything(a)),
  listAlertDeliveries: (engine, [a]) => engine.listAlertDeliveries(anything(a)),
  retryAlertDelivery: (engine, [a, b]) => engine.retryAlertDelivery(anything(a), anything(b)),
  listNodes: (engine) => engine.listNodes(),
  drainNode: (engine, [a, b]) => engine.drainNode(anything(a), anything(b)),
  resumeNode: (engine, [a, b]) => engine.resumeNode(anything(a), anything(b)),
  listAudit: (engine, [a]) => engine.listAudit(anything(a)),
  forecast: (engine, [a]) => engine.forecast(anything(a)),
  backfillJob: (engine, [a, b, c]) => engine.backfillJob(anything(a), anything(b), anything(c)),
  getBackfill: (engine, [a]) => engine.getBackfill(anything(a)),
  listBackfills: (engine, [a]) => engine.listBackfills(anything(a)),
  cancelBackfill: (engine, [a, b, c]) => engine.cancelBackfill(anything(a), anything(b), anything(c)),
  bulkJobs: (engine, [a, b]) => engine.bulkJobs(anything(a), anything(b)),
  bulkRuns: (engine, [a, b]) => engine.bulkRuns(anything(a), anything(b)),
  getBulkCommand: (engine, [a, b]) => engine.getBulkCommand(anything(a), anything(b)),
  listBulkCommands: (engine, [a]) => engine.listBulkCommands(anything(a)),
  cancelBulkCommand: (engine, [a, b]) => engine.cancelBulkCommand(anything(a), anything(b)),
  subscribe: (engine, [a, b]) => engine.subscribe(anything(a), anything(b)),
};

const FIELDS = [
  'id',
  'name',
  'type',
  'interval',
  'cron',
  'runAt',
  'onDemand',
  'startAt',
  'timezone',
  'payload',
];
const MORE = [
  'overlap',
  'catchUp',
  'timeout',
  'maxAttempts',
  'backoff',
  'by',
  'ifUid',
  'ifVersion',
  'signal',
];
const LAST = [
  'tx',
  'key',
  'until',
  'force',
  'limit',
  'sort',
  'descending',
  'jobId',
  'patch',
  'schedule',
  'count',
];
/** Half of the values are valid somewhere, so that garbage also comes beside valid fields. */
const part = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    'job',
    'work',
    '5m',
    '0 3 * * *',
    '2030-01-01T00:00:00Z',
    'UTC',
    'skip',
    true,
    1,
    50,
    {},
    [],
  ),
  fc.constantFrom<unknown>(
    undefined,
    null,
    Number.NaN,
    10n,
    Symbol('x'),
    () => undefined,
    new Date(0),
    new Map(),
  ),
  fc.dictionary(fc.constantFrom('initial', 'max', 'factor', 'jitter', 'n'), fc.jsonValue()),
);
const argument = fc.oneof(part, fc.dictionary(fc.constantFrom(...FIELDS, ...MORE, ...LAST), part));

describe.each([
  ['memory', memoryDatabase],
  ['SQLite', sqliteDatabase],
])('garbage as any argument, with a store in %s,', (_where, database) => {
  let other: Harness;
  beforeAll(async () => {
    other = await createHarness({}, database);
    await other.engine.createJob(job());
  });
  afterAll(() => other.close());

  it.each(Object.entries(CALLS))('of %s is an EngineError, never another one', async (_name, call) => {
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 3 }), async (args) => {
        const thrown = await thrownBy(async () => call(other.engine, args));
        expect(thrown === undefined || thrown instanceof EngineError || isAborted(thrown)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

/** A valid signal may have fired already. */
function isAborted(thrown: unknown): boolean {
  return thrown instanceof StoreError && thrown.code === 'aborted';
}
