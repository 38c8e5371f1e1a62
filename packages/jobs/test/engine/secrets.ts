import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';
import {
  createHarness,
  type Harness,
  job,
  type MakeDatabase,
  realTime,
  untilAborted,
  work,
} from './engine-harness.ts';
import { calls, KEY, keeper, NEXT, PLAIN, refusal, SHOWN } from './secret-keeper.ts';

const HOUR = 3_600_000;

// Promise P40, secrets in payloads. The ids are rows of decision 41.
export function secrets(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    Object.assign(calls, { payload: undefined, act: () => undefined });
    h = await createHarness({ jobTypes: [work, keeper], secretKeys: [KEY] }, makeDatabase);
    onTestFinished(() => h.close());
  });

  const make = (payload: unknown, more = {}) => h.engine.createJob(job({ type: 'keeper', payload, ...more }));
  const payloadOf = async (id = 'job'): Promise<unknown> =>
    JSON.parse((await h.engine.getJob(id)).job.payload);
  const run = async (payload?: unknown) => {
    const made = await h.engine.trigger('job', payload === undefined ? {} : { payload });
    await h.engine.tick();
    return h.engine.getRun(made.run.id);
  };
  /** All that people can read, and all rows that the store gives. */
  const everything = async (): Promise<string> => {
    const { engine } = h;
    const store = h.openStore();
    const runs = await engine.listRuns({ limit: 100 });
    const rows = await Promise.all(runs.rows.map((row) => store.getRun(row.run.id)).map(openFirst));
    return JSON.stringify([
      await engine.listJobs(),
      await engine.listJobVersions('job'),
      runs,
      await Promise.all(runs.rows.map((row) => engine.getRun(row.run.id))),
      await Promise.all(runs.rows.map((row) => engine.getLogs(row.run.id))),
      await engine.listAudit({ limit: 100 }),
      await engine.listFailures(),
      engine.jobTypes(),
      rows,
    ]);
  };
  const openFirst = async (read: Promise<unknown>) => read.catch(() => undefined);

  it('are shown as [secret] wherever a job or a run is shown, and the handler gets them', async () => {
    await make({ token: PLAIN, pins: [{ code: 12345 }], note: 'n' });
    const shown = { token: SHOWN, pins: [{ code: SHOWN }], note: 'n', headers: {} };
    expect(await payloadOf()).toEqual(shown);
    const own = await run({ token: NEXT });
    expect(calls.payload).toMatchObject({ token: NEXT });
    expect(JSON.parse(own.run.payload ?? '')).toMatchObject({ token: SHOWN });
    const { run: usual, ranWith = '' } = await run();
    expect(calls.payload).toEqual({ token: PLAIN, pins: [{ code: 12345 }], note: 'n', headers: {} });
    expect([usual.status, JSON.parse(ranWith)]).toEqual(['succeeded', shown]);
    await h.engine.patchJob('job', { payload: { token: NEXT } });
    const found = await everything();
    for (const value of ['hunter2', NEXT, '12345']) expect(found).not.toContain(value);
  });

  it('an edit that sends back what it got changes nothing, and one that sends another value does', async () => {
    await make({ token: PLAIN, pins: [{ code: 1234 }] });
    const { job: before } = await h.engine.getJob('job');
    const input = job({ type: 'keeper', payload: JSON.parse(before.payload) });
    expect((await h.engine.putJob(input)).job.version).toBe(before.version);
    const same = { ...input, payload: { token: PLAIN, pins: [{ code: 1234 }] } };
    expect((await h.engine.putJob(same)).job.version).toBe(before.version);
    expect((await h.engine.patchJob('job', { name: 'New name' })).job.version).toBe(before.version + 1);
    await run();
    expect(calls.payload).toMatchObject({ token: PLAIN });
    await h.engine.putJob({ ...input, payload: { token: NEXT, pins: [{ code: SHOWN }] } });
    await run({ token: SHOWN, note: 'of this run' });
    expect(calls.payload).toMatchObject({ token: NEXT, note: 'of this run', pins: [] });
  });

  it('[secret] where nothing is stored is refused, as are $sealed and bad values, without the value', async () => {
    for (const payload of [{ token: SHOWN }, { pins: [{ code: SHOWN }] }])
      expect((await refusal(make(payload))).message).toContain('keeps the stored value, and there is none');
    expect((await refusal(make({ token: { $sealed: 'x' } }))).message).toContain('$sealed');
    expect((await refusal(h.engine.enqueue('keeper', { token: SHOWN }))).message).toContain('there is none');
    expect((await refusal(make({ pins: [{ code: 'seven-eleven' }] }))).message).not.toContain('seven-eleven');
    await make({ token: PLAIN });
    const patch = h.engine.preview({
      jobId: 'job',
      patch: { payload: { token: SHOWN, pins: [{ code: SHOWN }] } },
    });
    expect((await refusal(patch)).faults).toMatchObject([{ pointer: '/payload/pins/0/code' }]);
  });

  it('a type without secrets refuses $sealed at any depth', async () => {
    const loose = defineJobType({
      type: 'loose',
      payload: z.object({ any: z.unknown() }),
      run: async () => undefined,
    });
    const engine = await h.beside({ jobTypes: [loose] });
    const payload = { any: [{ deep: { $sealed: 'x' } }] };
    const { faults } = await refusal(engine.createJob(job({ type: 'loose', payload })));
    expect(faults[0]?.detail).toContain('$sealed');
  });

  it('are not in the message of a schema that quotes what it refuses, also if a name stands for them', async () => {
    const quoted = z
      .string()
      .refine((text) => text === '', { error: ({ input }) => `${input} is not allowed` });
    const quoting = defineJobType({
      type: 'quoting',
      payload: z.strictObject({
        token: quoted.meta({ secret: true }).optional(),
        header: quoted.meta({ secret: 'by_name' }).optional(),
      }),
      run: async () => undefined,
    });
    const engine = await h.beside({ jobTypes: [quoting], secretKeys: [KEY] });
    await engine.putSecret('API_KEY', PLAIN);
    for (const payload of [{ token: PLAIN }, { header: { $secret: 'API_KEY' } }]) {
      const { faults } = await refusal(engine.createJob(job({ type: 'quoting', payload })));
      expect(faults.map(({ detail }) => detail)).toEqual(['[secret] is not allowed']);
    }
  });

  it('are hidden in log lines, progress, results, errors and their stacks', async () => {
    await make({ token: PLAIN });
    calls.act = (ctx) => {
      ctx.log.info(`token ${PLAIN}`, { token: PLAIN, url: encodeURIComponent(PLAIN), [PLAIN]: 1 });
      ctx.progress(1, 2, `${PLAIN}${'x'.repeat(2_000)}`);
      return { sent: PLAIN, list: [`Bearer ${PLAIN}`, btoa(PLAIN).replace(/=+$/, '')] };
    };
    const done = await run();
    expect(done.run).toMatchObject({
      status: 'succeeded',
      result: JSON.stringify({ sent: SHOWN, list: [`Bearer ${SHOWN}`, SHOWN] }),
      progress: { note: expect.stringMatching(/^\[secret\]x/) },
    });
    expect(await h.engine.getLogs(done.run.id)).toMatchObject([
      { message: `token ${SHOWN}`, fields: JSON.stringify({ token: SHOWN, url: SHOWN, [SHOWN]: 1 }) },
    ]);
    calls.act = () => {
      throw new Error(`refused ${PLAIN}`, {
        cause: new AggregateError([new Error(`inner ${PLAIN}`)], PLAIN),
      });
    };
    const failed = await run();
    expect(failed.run.errors).toMatchObject([{ message: `refused ${SHOWN}`, causes: [{}, {}] }]);
    const found = await everything();
    expect(found).not.toContain('hunter2');
    expect(found).not.toContain(btoa(PLAIN).slice(0, 12));
  });

  it('a message that is cut off does not end with the beginning of a secret', async () => {
    await make({ token: PLAIN });
    calls.act = () => {
      throw new Error(`${'x'.repeat(1_995)}${PLAIN}`);
    };
    expect((await run()).run.errors[0]?.message).not.toContain('hunt');
  });

  it('a payload refers to a stored secret by its name, and a run gets the value as it is then', async () => {
    const reference = { $secret: 'API_KEY' };
    expect((await refusal(make({ token: reference }))).faults).toMatchObject([
      { pointer: '/payload/token', detail: expect.stringContaining('there is none with the name "API_KEY"') },
    ]);
    expect(await h.engine.putSecret('API_KEY', PLAIN, { by: 'user:1' })).toEqual({ created: true });
    const mistyped = await refusal(make({ token: { $secret: 'API_KYE' } }));
    expect(mistyped.faults[0]?.detail).toContain('there is none with the name "API_KYE"');
    expect(JSON.stringify([mistyped.message, mistyped.faults])).not.toContain('API_KEY');
    for (const info of await h.engine.listSecrets()) expect(info).not.toHaveProperty('sealed');
    await make({ token: reference, headers: { authorization: reference, accept: 'text/plain' } });
    expect(await payloadOf()).toMatchObject({
      token: reference,
      headers: { authorization: reference, accept: 'text/plain' },
    });
    calls.act = (ctx) => ctx.payload.headers;
    const first = await run();
    expect(calls.payload).toMatchObject({
      token: PLAIN,
      headers: { authorization: PLAIN, accept: 'text/plain' },
    });
    expect(first.run).toMatchObject({ result: '{"accept":"text/plain","authorization":"[secret]"}' });
    expect(await h.engine.putSecret('API_KEY', NEXT)).toEqual({ created: false });
    await run();
    expect(calls.payload).toMatchObject({ token: NEXT });
    expect(await h.engine.listSecrets()).toMatchObject([
      { name: 'API_KEY', createdBy: 'user:1', jobIds: ['job'] },
    ]);
    expect((await refusal(h.engine.deleteSecret('API_KEY'))).message).toContain('"job"');
    await h.engine.patchJob('job', { payload: { token: NEXT } });
    await h.engine.deleteSecret('API_KEY');
    expect((await refusal(h.engine.deleteSecret('API_KEY'))).code).toBe('not_found');
    expect(JSON.stringify([await h.engine.listSecrets(), await everything()])).not.toContain(NEXT);
  });

  it('C1: limits may be per value of another field of the payload, and people see only that value', async () => {
    const limited = { ...keeper, limits: { running: 1, per: '/note' } } as const;
    h = await createHarness({ jobTypes: [work, limited], secretKeys: [KEY] }, makeDatabase);
    onTestFinished(() => h.close());
    const started: unknown[] = [];
    calls.act = (ctx) => {
      started.push(ctx.payload.note);
      return untilAborted(ctx);
    };
    await make({ token: PLAIN }, { overlap: 'allow' });
    const runIds: string[] = [];
    for (const note of ['a', 'a', 'b']) {
      const { run: made } = await h.engine.trigger('job', { payload: { token: NEXT, note } });
      runIds.push(made.id);
    }
    await h.engine.tick();
    expect(started.toSorted()).toEqual(['a', 'b']);
    const waiting = await h.engine.getRun(runIds[1] ?? '');
    expect(waiting.waitsFor).toEqual({ limit: 'running', value: '"a"' });
    expect(JSON.stringify(waiting)).not.toContain(NEXT);
  });

  it('C2: a run of a chain gets the secrets of its own job', async () => {
    await make({ token: PLAIN, note: 'upstream' });
    await make(
      { token: NEXT, note: 'downstream' },
      { id: 'after', onDemand: undefined, after: { job: 'job' } },
    );
    const got: unknown[] = [];
    calls.act = (ctx) => {
      got.push(ctx.payload);
      return ctx.payload.token;
    };
    await run();
    for (let n = 0; n < 3; n += 1) await h.engine.tick();
    expect(got).toMatchObject([
      { token: PLAIN, note: 'upstream' },
      { token: NEXT, note: 'downstream' },
    ]);
    const [chained] = (await h.engine.listRuns({ jobId: 'after' })).rows;
    expect(chained).toMatchObject({ run: { status: 'succeeded', trigger: 'chain' } });
    expect(JSON.stringify(await h.engine.listRuns())).not.toContain(NEXT);
  });

  it('C4: a run of a backfill gets the secrets that its job has at the start of the run', async () => {
    await make({ token: PLAIN }, { onDemand: undefined, interval: '1h', catchUp: 'skip' });
    h.clock.advance(3 * HOUR);
    for (let n = 0; n < 3; n += 1) await h.engine.tick();
    const got: unknown[] = [];
    calls.act = async (ctx) => {
      got.push(ctx.payload.token);
      if (got.length === 1) await h.engine.patchJob('job', { payload: { token: NEXT } });
    };
    await h.engine.backfillJob('job', { from: h.clock.now() - 3 * HOUR, onlyMissing: false });
    for (let n = 0; n < 500 && got.length < 2; n += 1) {
      await h.engine.tick();
      await realTime(1);
    }
    expect(got.slice(0, 2)).toEqual([PLAIN, NEXT]);
  });

  it('a run whose secret is gone fails its attempt, and says which one', async () => {
    await h.engine.putSecret('API_KEY', PLAIN);
    await make({}, { maxAttempts: 2 });
    const made = await h.engine.trigger('job', { payload: { token: { $secret: 'API_KEY' } } });
    await h.engine.deleteSecret('API_KEY');
    await h.engine.tick();
    const { run: waiting } = await h.engine.getRun(made.run.id);
    expect(waiting.status).toBe('queued');
    expect(waiting.errors).toMatchObject([
      { name: 'SecretError', message: expect.stringContaining('no secret with the name "API_KEY"') },
    ]);
    await h.engine.putSecret('API_KEY', NEXT);
    await h.engine.retryRun(made.run.id);
    await h.engine.tick();
    expect((await h.engine.getRun(made.run.id)).run.status).toBe('succeeded');
    expect(calls.payload).toMatchObject({ token: NEXT });
  });

  it('a run whose secret the store fails to read starts again a second later, and loses no attempt', async () => {
    await h.engine.putSecret('API_KEY', PLAIN);
    await make({ token: { $secret: 'API_KEY' } });
    h.store.make('fails', 'findSecrets');
    const made = await h.engine.trigger('job');
    await h.engine.tick();
    const { run: waiting } = await h.engine.getRun(made.run.id);
    const availableAt = h.clock.now() + 1_000;
    expect(waiting).toMatchObject({ status: 'queued', errors: [], availableAt });
    h.store.restore();
    await h.engine.tick();
    expect(calls.payload).toBeUndefined();
    h.clock.advance(1_000);
    await h.engine.tick();
    expect((await h.engine.getRun(made.run.id)).run).toMatchObject({ status: 'succeeded', attempt: 1 });
    expect(calls.payload).toMatchObject({ token: PLAIN });
  });

  it('a job does not get the name of a secret that is deleted while it is created or edited', async () => {
    const payload = { token: { $secret: 'API_KEY' } };
    const deleteOnce = async () => h.engine.deleteSecret('API_KEY').catch(() => undefined);
    h.store.watch('insertJob', deleteOnce);
    h.store.watch('command', deleteOnce);
    await h.engine.putSecret('API_KEY', PLAIN);
    const missing = {
      code: 'invalid',
      faults: [
        { pointer: '/payload', detail: expect.stringContaining('there is none with the name "API_KEY"') },
      ],
    };
    expect(await refusal(make(payload))).toMatchObject(missing);
    await make({ token: NEXT });
    await h.engine.putSecret('API_KEY', PLAIN);
    expect(await refusal(h.engine.patchJob('job', { payload }))).toMatchObject(missing);
    expect(await payloadOf()).toMatchObject({ token: SHOWN });
  });

  it('an operator may set a secret field that its type lists, and may name no other stored secret', async () => {
    await h.engine.putSecret('API_KEY', PLAIN);
    await make({ token: NEXT });
    const asOperator = (payload: unknown) => h.engine.trigger('job', { payload, payloadBy: 'operator' });
    await asOperator({ token: SHOWN, note: 'x' });
    await h.engine.tick();
    expect(calls.payload).toMatchObject({ token: NEXT, note: 'x' });
    expect((await refusal(asOperator({ token: { $secret: 'API_KEY' } }))).code).toBe('forbidden');
    expect((await refusal(asOperator({ token: SHOWN, pins: [{ code: 1 }] }))).code).toBe('forbidden');
  });

  it('an operator learns by no guess what a secret is, or which secrets there are', async () => {
    await h.engine.putSecret('PIN', 'ab');
    await make({ token: NEXT, pins: [{ code: 1234 }] });
    const asOperator = (payload: unknown) => h.engine.trigger('job', { payload, payloadBy: 'operator' });
    const guesses = [1234, 4321].map(async (code) => refusal(asOperator({ token: SHOWN, pins: [{ code }] })));
    const [right, wrong] = await Promise.all(guesses);
    expect(right?.code).toBe('forbidden');
    expect(right?.message).toBe(wrong?.message);
    for (const name of ['PIN', 'NONE']) {
      const payload = { token: { $secret: name } };
      expect((await refusal(asOperator(payload))).message).toContain(`may name the secret "${name}"`);
      const enqueued = h.engine.enqueue('keeper', payload, { payloadBy: 'operator' });
      expect((await refusal(enqueued)).message).toContain(`may name the secret "${name}"`);
    }
  });

  it('a run is retried with the secret that it had, and a search for a secret field is refused', async () => {
    await make({ token: PLAIN });
    calls.act = () => {
      throw new Error('no');
    };
    const failed = await run({ token: NEXT });
    await h.engine.patchJob('job', { payload: { token: 'another one' } });
    calls.payload = undefined;
    const again = await h.engine.retryRun(failed.run.id);
    await h.engine.tick();
    expect(calls.payload).toMatchObject({ token: NEXT });
    expect(JSON.parse(again.run.payload ?? '')).toMatchObject({ token: SHOWN });
    const search = (path: string[]) => h.engine.listRuns({ payload: [{ path, value: NEXT }] });
    expect((await refusal(search(['token']))).message).toContain("can't be searched");
    expect((await search(['note'])).rows).toEqual([]);
    // The type of the job counts, if the search is about one.
    await h.engine.createJob(job({ id: 'plain' }));
    const searchIn = (jobId: string) =>
      h.engine.listRuns({ jobId, payload: [{ path: ['token'], value: NEXT }] });
    expect((await searchIn('plain')).rows).toEqual([]);
    for (const jobId of ['job', 'nobody'])
      expect((await refusal(searchIn(jobId))).message).toContain("can't be searched");
  });
}
