import { describe, expect, test, vi } from 'vitest';
import { connect, getJob, retryRun } from '../../src/client/index.ts';
import { connectTo, failureOf, holdTime, JOB } from './scripted-connection.ts';
import { json, problem, scriptedFetch } from './scripted-fetch.ts';

holdTime();

describe('a 401', () => {
  test('is resolved by one renewal for all requests that met it', async () => {
    let token = 'old';
    const renew = vi.fn(async () => {
      await Promise.resolve();
      token = 'new';
      return true;
    });
    const { fetch, asked } = scriptedFetch(...Array.from({ length: 6 }, () => () => answer()));
    const answer = () => {
      const isNew = asked.at(-1)?.headers.authorization === 'Bearer new';
      return new Response(JSON.stringify(isNew ? JOB : {}), { status: isNew ? 200 : 401 });
    };
    const connection = connect({ url: 'http://api.test/api', fetch, token: () => token, renew });
    const jobs = await Promise.all([1, 2, 3].map(() => getJob(connection, 'a')));
    expect(jobs).toEqual([JOB, JOB, JOB]);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  test('of a token that has been replaced needs no renewal', async () => {
    const tokens = ['old', 'new', 'new'];
    const renew = vi.fn(async () => true);
    const { connection, asked } = connectTo([problem(401), json(JOB)], {
      token: () => tokens.shift(),
      renew,
    });
    expect(await getJob(connection, 'a')).toEqual(JOB);
    expect(renew).not.toHaveBeenCalled();
    expect(asked[1]?.headers.authorization).toBe('Bearer new');
  });

  test('is reported if it persists, if renewing refuses, and without renewing', async () => {
    const stays = connectTo([problem(401), problem(401)], { token: 'a', renew: async () => true });
    expect(await failureOf(getJob(stays.connection, 'a'))).toMatchObject({ status: 401 });
    const no = connectTo([problem(401)], { token: 'a', renew: async () => false });
    expect(await failureOf(getJob(no.connection, 'a'))).toMatchObject({ status: 401 });
    const withoutRenewal = connectTo([problem(401)], { token: 'a' });
    expect(await failureOf(getJob(withoutRenewal.connection, 'a'))).toMatchObject({ status: 401 });
  });

  test('is resolved for requests that are not safe to repeat, too: the server did nothing', async () => {
    const { connection, asked } = connectTo([problem(401), json({})], {
      token: 'a',
      renew: async () => true,
    });
    await retryRun(connection, '1');
    expect(asked).toHaveLength(2);
  });

  test('of a renewal that fails is what the renewal failed of; the next one renews again', async () => {
    const down = new Error('no network');
    const renew = vi.fn(async (): Promise<boolean> => {
      throw down;
    });
    const { connection, asked } = connectTo([problem(401), problem(401)], { token: 'a', renew });
    expect(await failureOf(getJob(connection, 'a'))).toBe(down);
    expect(await failureOf(getJob(connection, 'a'))).toBe(down);
    expect(renew).toHaveBeenCalledTimes(2);
    expect(asked).toHaveLength(2);
  });

  test('of a request without a token is not renewed', async () => {
    const renew = vi.fn(async () => true);
    const { connection, asked } = connectTo([problem(401)], { token: 'old', renew });
    const request = { method: 'POST', path: '/login', isAnonymous: true, repeat: 'never' } as const;
    expect(await failureOf(connection.ask(request, undefined))).toMatchObject({ status: 401 });
    expect(asked[0]?.headers.authorization).toBeUndefined();
    expect(renew).not.toHaveBeenCalled();
  });
});
