import { connect } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { exampleJob } from '../../test/examples.ts';
import { markOf } from './job-mark.ts';
import { deleteOrRead, deleteSeen, pauseBody } from './job-steps.ts';

const SEEN = markOf(exampleJob({ id: 'mail', uid: 'u1', version: 3 }));

/** A server that refuses to delete with this status, or does it; and what it was asked. */
function serverThat(deletes: number, latest = exampleJob({ id: 'mail', version: 4 })) {
  const asked: string[] = [];
  const connection = connect({
    url: 'http://127.0.0.1/api',
    retries: 0,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(`${request.method} ${request.headers.get('if-match') ?? ''}`.trim());
      if (request.method === 'GET') return Response.json(latest);
      if (deletes === 204) return new Response(null, { status: 204 });
      const problem = { title: 'No', status: deletes, detail: 'No.' };
      return Response.json(problem, {
        status: deletes,
        headers: { 'content-type': 'application/problem+json' },
      });
    },
  });
  return { connection, asked };
}

test('only the job that was seen is deleted', async () => {
  const { connection, asked } = serverThat(204);
  expect(await deleteOrRead(connection, SEEN)).toBeUndefined();
  expect(asked).toEqual(['DELETE "u1.3"']);
});

test('one that is gone already is as was wished', async () => {
  expect(await deleteOrRead(serverThat(404).connection, SEEN)).toBeUndefined();
});

test('one that somebody has edited comes back as it is now', async () => {
  const { connection, asked } = serverThat(412);
  expect(await deleteOrRead(connection, SEEN)).toMatchObject({ id: 'mail', version: 4 });
  expect(asked).toEqual(['DELETE "u1.3"', 'GET']);
  await expect(deleteSeen(connection, SEEN)).rejects.toMatchObject({ status: 412 });
});

test('any other refusal is one', async () => {
  await expect(deleteOrRead(serverThat(403).connection, SEEN)).rejects.toMatchObject({ status: 403 });
});

test('of a pause, what is empty is left out', () => {
  expect(pauseBody({ reason: '', until: undefined, cancelLive: false })).toEqual({});
  const until = '2030-01-01T00:00:00.000Z';
  expect(pauseBody({ reason: 'Stock', until, cancelLive: true })).toEqual({
    reason: 'Stock',
    until,
    cancel_live: true,
  });
});
