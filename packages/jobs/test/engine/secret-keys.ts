import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { UntypedJobs } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, work } from './engine-harness.ts';
import { calls, KEY, keeper, NEXT, OLD_KEY, PLAIN, refusal, SHOWN } from './secret-keeper.ts';

const BOTH = { jobTypes: [work, keeper], secretKeys: [KEY, OLD_KEY] };
const OLD = { ...BOTH, secretKeys: [OLD_KEY] };
const NEW = { ...BOTH, secretKeys: [KEY] };

/** The keys of secrets, and their rotation. Promise P40, secrets in payloads. */
export function secretKeys(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    Object.assign(calls, { payload: undefined, act: () => undefined });
    h = await createHarness(NEW, makeDatabase);
    onTestFinished(() => h.close());
  });

  it('rotate: all keys open, the first one seals, and after a reseal the older key is not needed', async () => {
    const old = await h.again(OLD);
    await old.putSecret('API_KEY', NEXT);
    await old.createAlertChannel({
      id: 'ops',
      kind: 'slack',
      config: { url: 'https://hooks.example.com/x' },
    });
    await old.createJob(
      job({ type: 'keeper', payload: { token: PLAIN, headers: { a: { $secret: 'API_KEY' } } } }),
    );
    await old.trigger('job', { payload: { token: NEXT } });
    const both = await h.again(BOTH);
    await both.tick();
    expect(calls.payload).toMatchObject({ token: NEXT });
    expect(await both.resealSecrets()).toEqual({ resealed: 4, unreadable: [] });
    expect(await both.resealSecrets()).toEqual({ resealed: 0, unreadable: [] });
    const alone = await h.again(NEW);
    await alone.trigger('job');
    await alone.tick();
    expect(calls.payload).toMatchObject({ token: PLAIN, headers: { a: NEXT } });
    expect((await alone.getAlertChannel('ops')).config).toEqual({
      url: 'https://hooks.example.com/[hidden]',
    });
  });

  it.each<readonly [string, (engine: UntypedJobs, failedId: string) => Promise<unknown>]>([
    [
      'an edit that keeps a secret',
      (engine) => engine.patchJob('job', { payload: { token: SHOWN, note: 'x' } }),
    ],
    [
      'an edit with an equal secret',
      (engine) => engine.patchJob('job', { payload: { token: PLAIN, note: 'x' } }),
    ],
    ['an edit of the name alone', (engine) => engine.patchJob('job', { name: 'New name' })],
    ['a run that keeps a secret', (engine) => engine.trigger('job', { payload: { token: SHOWN } })],
    ['a retry', (engine, failedId) => engine.retryRun(failedId)],
  ])('%s leaves nothing under the older key, if a reseal comes between', async (_what, command) => {
    const old = await h.again(OLD);
    await old.createJob(job({ type: 'keeper', payload: { token: PLAIN } }));
    calls.act = () => {
      throw new Error('no');
    };
    const failed = await old.trigger('job', { payload: { token: NEXT } });
    await old.tick();
    const both = await h.again(BOTH);
    h.store.watch('command', () => both.resealSecrets());
    await command(both, failed.run.id);
    expect((await (await h.again(NEW)).resealSecrets()).unreadable).toEqual([]);
  });

  it('a reseal changes at most 100 rows in one transaction', async () => {
    const old = await h.again(OLD);
    for (let n = 0; n < 101; n++) await old.putSecret(`S${n}`, PLAIN);
    const both = await h.again(BOTH);
    h.store.refuse('replaceSealed', ([input]) => Object(input).rows.length > 100);
    expect((await both.resealSecrets()).resealed).toBe(101);
  });

  it('are checked after the start, which waits for no such read', async () => {
    const answers = Promise.withResolvers<void>();
    h.store.make(answers.promise, 'listSealed');
    const engine = await h.again(BOTH);
    expect(await engine.listJobs()).toEqual({ rows: [] });
    answers.resolve();
  });

  it('a missing key fails the attempts that need it and nothing else, and its id is named', async () => {
    await h.engine.createJob(job({ type: 'keeper', payload: { token: PLAIN } }));
    await h.engine.createJob(job({ id: 'other', payload: { n: 1 } }));
    const lines: string[] = [];
    const note = () => undefined;
    const error = (_: unknown, line: string) => void lines.push(line);
    const engine = await h.again({ ...OLD, logger: { debug: note, info: note, warn: note, error } });
    const missing = /the key [0-9a-f]{8} is missing, and it sealed the job "job"/;
    await vi.waitFor(() => expect(lines.join()).toMatch(missing), CONDITION_MS);
    const made = await engine.trigger('job');
    const fine = await engine.trigger('other');
    await engine.tick();
    const { errors } = (await engine.getRun(made.run.id)).run;
    expect(errors).toMatchObject([{ message: expect.stringMatching(/\/token .* the key [0-9a-f]{8}/) }]);
    expect((await engine.getRun(fine.run.id)).run.status).toBe('succeeded');
    expect((await engine.resealSecrets()).unreadable).toMatchObject([{ count: 1 }]);
    // Entering the secret again mends the job.
    await engine.patchJob('job', { payload: { token: NEXT } });
    await engine.trigger('job');
    await engine.tick();
    expect(calls.payload).toMatchObject({ token: NEXT });
  });

  it('without any, types with secret fields and stored secrets are refused, and others are not', async () => {
    expect((await refusal(h.beside({ secretKeys: [] }))).message).toContain('SECRETS_KEY');
    const engine = await h.beside({ jobTypes: [work], secretKeys: [] });
    expect((await refusal(engine.putSecret('API_KEY', PLAIN))).message).toContain('SECRETS_KEY');
  });

  describe('a field that becomes secret', () => {
    const plain = defineJobType({
      type: 'keeper',
      payload: z.strictObject({
        token: z.string().default('none'),
        pins: z.array(z.strictObject({ code: z.int() })).default([]),
      }),
      run: async () => undefined,
    });
    const before = () => h.again({ jobTypes: [plain], secretKeys: [KEY] });

    it('hides the values that it has, and a reseal seals them', async () => {
      const engine = await before();
      await engine.createJob(job({ type: 'keeper', payload: { token: PLAIN } }));
      await engine.patchJob('job', { payload: { token: NEXT } });
      const after = await h.again(NEW);
      expect(JSON.parse((await after.getJob('job')).job.payload)).toMatchObject({ token: SHOWN });
      expect((await after.resealSecrets()).resealed).toBe(2);
      await after.trigger('job');
      await after.tick();
      expect(calls.payload).toMatchObject({ token: NEXT });
      expect((await after.getJob('job')).job.version).toBe(2);
    });

    it('is kept by an operator who sends [secret], as a value under an older key is', async () => {
      const payload = { pins: [{ code: 1234 }] };
      const sent = { payload: { pins: [{ code: SHOWN }], note: 'x' }, payloadBy: 'operator' } as const;
      await (await before()).createJob(job({ type: 'keeper', payload }));
      await (await h.again(OLD)).createJob(job({ id: 'older', type: 'keeper', payload }));
      const both = await h.again(BOTH);
      for (const id of ['job', 'older']) {
        await both.trigger(id, sent);
        await both.tick();
        expect(calls.payload).toMatchObject({ ...payload, note: 'x' });
        calls.payload = undefined;
      }
    });
  });
}
