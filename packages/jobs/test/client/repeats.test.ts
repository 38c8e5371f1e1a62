import { describe, expect, test, vi } from 'vitest';
import {
  type Connection,
  cancelRun,
  createJob,
  deleteJob,
  getJob,
  patchJob,
  pauseJob,
  putJob,
  resumeJob,
  retryRun,
  runJob,
} from '../../src/client/index.ts';
import { BODY, connectTo, failureOf, holdTime, JOB, resultOf } from './scripted-connection.ts';
import { brokenOff, empty, html, json, problem, refused } from './scripted-fetch.ts';

holdTime();

describe('a request that is safe to repeat', () => {
  test.each([
    ['no answer', refused],
    ['429', problem(429)],
    ['502', html(502)],
    ['503', empty(503)],
    ['504', html(504)],
  ])('is repeated after %s, three times', async (_what, step) => {
    const { connection, asked } = connectTo([step, step, step, json(JOB)]);
    expect(await resultOf(getJob(connection, 'a'))).toEqual(JOB);
    expect(asked).toHaveLength(4);
    const other = connectTo([step, step, step, step]);
    expect(await failureOf(getJob(other.connection, 'a'))).toBeInstanceOf(Error);
    expect(other.asked).toHaveLength(4);
  });

  test.each([400, 403, 404, 409, 412, 413, 422, 500])('is not repeated after %d', async (status) => {
    const { connection, asked } = connectTo([problem(status)]);
    expect(await failureOf(getJob(connection, 'a'))).toMatchObject({ status });
    expect(asked).toHaveLength(1);
  });

  test('waits as long as Retry-After says, in seconds or as a date', async () => {
    vi.setSystemTime('2026-01-31T09:00:00Z');
    const date = 'Sat, 31 Jan 2026 09:00:40 GMT';
    const { connection, asked } = connectTo([
      problem(429, { 'retry-after': '20' }),
      problem(503, { 'retry-after': date }),
      json(JOB),
    ]);
    const job = getJob(connection, 'a');
    await vi.advanceTimersByTimeAsync(19_990);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(19_600);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(500);
    expect(await job).toEqual(JOB);
  });

  test('is left to the caller when that is more than a minute', async () => {
    const { connection, asked } = connectTo([problem(429, { 'retry-after': '61' })]);
    expect(await failureOf(getJob(connection, 'a'))).toMatchObject({ status: 429, retryAfterMs: 61_000 });
    expect(asked).toHaveLength(1);
  });

  test('is not repeated when retries are off', async () => {
    const { connection, asked } = connectTo([refused], { retries: 0 });
    expect(await failureOf(getJob(connection, 'a'))).toMatchObject({
      code: 'no_answer',
      message: 'No response from http://api.test/api: connect ECONNREFUSED 127.0.0.1:1.',
      cause: expect.any(TypeError),
    });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['an edit', (c: Connection) => patchJob(c, 'a', { name: 'B' }, { ifMatch: JOB })],
    ['a replacement', (c: Connection) => putJob(c, 'a', BODY)],
    ['a pause', (c: Connection) => pauseJob(c, 'a', { reason: 'x' })],
    ['a resume', (c: Connection) => resumeJob(c, 'a')],
    ['a cancel', (c: Connection) => cancelRun(c, '1')],
    ['a run', (c: Connection) => runJob(c, 'a')],
  ])('is %s', async (_what, call) => {
    const { connection, asked } = connectTo([refused, json(JOB)]);
    await resultOf<unknown>(call(connection));
    expect(asked).toHaveLength(2);
  });

  test('is a delete; a 404 after no answer only says that it was done', async () => {
    const done = connectTo([brokenOff, problem(404)]);
    await resultOf(deleteJob(done.connection, 'a'));
    // A request that never arrived had no effect.
    for (const steps of [[problem(404)], [problem(429), problem(404)], [refused, problem(404)]]) {
      const { connection } = connectTo(steps);
      expect(await failureOf(deleteJob(connection, 'a'))).toMatchObject({ status: 404 });
    }
  });

  test('is a cancel; a 409 after no answer says that it was done, if the run is cancelled', async () => {
    const run = { id: '1', status: 'cancelled' };
    const done = connectTo([html(502), problem(409), json(run)]);
    expect(await resultOf(cancelRun(done.connection, '1'))).toEqual(run);
    const gone = connectTo([html(502), problem(409), refused], { retries: 1 });
    expect(await failureOf(cancelRun(gone.connection, '1'))).toMatchObject({
      code: 'no_answer',
      mayBeDone: true,
    });
    const other = connectTo([html(502), problem(409), json({ id: '1', status: 'succeeded' })]);
    expect(await failureOf(cancelRun(other.connection, '1'))).toMatchObject({ status: 409 });
  });
});

describe('a request that is not safe to repeat', () => {
  test.each([
    ['no answer', refused],
    ['502', html(502)],
    ['503 that does not say when to come back', empty(503)],
    ['429 that does not either', problem(429)],
  ])('a creation: not after %s', async (_what, step) => {
    const { connection, asked } = connectTo([step, step]);
    await failureOf(createJob(connection, BODY));
    await failureOf(putJob(connection, 'a', BODY, { createOnly: true }));
    expect(asked).toHaveLength(2);
  });

  test.each([429, 503])('a creation: but after a %d that says when to come back', async (status) => {
    const { connection, asked } = connectTo([problem(status, { 'retry-after': '1' }), json(JOB, 201)]);
    expect(await resultOf(createJob(connection, BODY))).toEqual(JOB);
    expect(asked).toHaveLength(2);
  });

  test('a retry of a run: never', async () => {
    for (const step of [
      refused,
      problem(429, { 'retry-after': '1' }),
      problem(503, { 'retry-after': '1' }),
    ]) {
      const { connection, asked } = connectTo([step]);
      await failureOf(retryRun(connection, '1'));
      expect(asked).toHaveLength(1);
    }
  });
});
