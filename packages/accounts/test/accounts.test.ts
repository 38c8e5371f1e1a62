import type { Connection } from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { connectTo, failureOf, holdTime } from '../../jobs/test/client/scripted-connection.ts';
import { empty, problem, refused } from '../../jobs/test/client/scripted-fetch.ts';
import { logIn, logOut, refreshSession } from '../src/index.ts';

holdTime();

const ANN = { email: 'ann@example.com', password: 'x' };

test('a 401 of a log-in is about the password: the client sends no token and does not renew', async () => {
  const renew = vi.fn(async () => true);
  const { connection, asked } = connectTo([problem(401)], { token: 'old', renew });
  expect(await failureOf(logIn(connection, ANN))).toMatchObject({ status: 401 });
  expect(asked[0]?.headers.authorization).toBeUndefined();
  expect(renew).not.toHaveBeenCalled();
});

test.each([
  ['a log-in', (c: Connection) => logIn(c, ANN)],
  ['a refresh', (c: Connection) => refreshSession(c, 'r')],
])('%s is never repeated', async (_what, call) => {
  for (const step of [refused, problem(429, { 'retry-after': '1' }), problem(503, { 'retry-after': '1' })]) {
    const { connection, asked } = connectTo([step]);
    await failureOf(call(connection));
    expect(asked).toHaveLength(1);
  }
});

test('a log-out expects no body', async () => {
  const { connection, asked } = connectTo([empty(204)]);
  await logOut(connection, 'refresh');
  expect(asked[0]?.headers.accept).toBeUndefined();
});
