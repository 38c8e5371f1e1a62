import { connect, type Job } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { exampleJob } from '../../test/examples.ts';
import { markOf } from '../data/job-mark.ts';
import { createOrFind, deleteOrRead, pauseBody } from './job-steps.ts';

const SEEN = markOf(exampleJob({ id: 'mail', uid: 'u1', version: 3 }));
const EDITED = exampleJob({ id: 'mail', uid: 'u1', version: 4 });

/** A server that answers deletions with this status and then has this job, and the requests it got. */
function serverThat(deletes: number, latest: Job | undefined) {
  const asked: string[] = [];
  const connection = connect({
    url: 'http://127.0.0.1/api',
    retries: 0,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(`${request.method} ${request.headers.get('if-match') ?? ''}`.trim());
      if (request.method === 'GET' && latest !== undefined) return Response.json(latest);
      if (deletes === 204) return new Response(null, { status: 204 });
      const status = request.method === 'GET' ? 404 : deletes;
      return Response.json(
        { title: 'No', status, detail: 'No.' },
        {
          status,
          headers: { 'content-type': 'application/problem+json' },
        },
      );
    },
  });
  return { connection, asked };
}

test('only the job that was seen is deleted', async () => {
  const { connection, asked } = serverThat(204, EDITED);
  expect(await deleteOrRead(connection, SEEN)).toBeUndefined();
  expect(asked).toEqual(['DELETE "u1.3"']);
});

test('a job that is already deleted counts as deleted', async () => {
  expect(await deleteOrRead(serverThat(404, EDITED).connection, SEEN)).toBeUndefined();
});

test('an edited job is not deleted, and its latest version comes back', async () => {
  const { connection, asked } = serverThat(412, EDITED);
  expect(await deleteOrRead(connection, SEEN)).toMatchObject({ id: 'mail', version: 4 });
  expect(asked).toEqual(['DELETE "u1.3"', 'GET']);
});

test('a recreated job comes back, and a job deleted meanwhile counts as deleted', async () => {
  const recreated = exampleJob({ id: 'mail', uid: 'u2' });
  expect(await deleteOrRead(serverThat(412, recreated).connection, SEEN)).toMatchObject({ uid: 'u2' });
  expect(await deleteOrRead(serverThat(412, undefined).connection, SEEN)).toBeUndefined();
});

test('any other refusal is an error', async () => {
  await expect(deleteOrRead(serverThat(403, EDITED).connection, SEEN)).rejects.toMatchObject({ status: 403 });
});

test('after a request without an answer, an equal job counts as created', async () => {
  const body = {
    id: 'mail',
    name: 'Mails',
    type: 'send_notifications',
    interval: '5m',
    payload: { to: ['ann', { name: 'bob' }] },
    backoff: { factor: 3 },
  };
  const { backoff } = exampleJob();
  const asAsked = exampleJob({
    ...body,
    payload: { batchSize: 20, ...body.payload },
    backoff: { ...backoff, factor: 3 },
  });
  expect(await createOrFind(serverThatLostACreation(asAsked, 503), body)).toEqual(asAsked);
  const refusal = { status: 409, mayBeDone: true };
  for (const theirs of [
    { ...asAsked, name: 'Of somebody else' },
    { ...asAsked, interval: null, on_demand: true },
    { ...asAsked, payload: { to: ['ann', { name: 'bob' }, 'eve'] } },
    { ...asAsked, backoff },
  ])
    await expect(createOrFind(serverThatLostACreation(theirs, 503), body)).rejects.toMatchObject(refusal);
  // The first answer says that the id is taken, so this request created nothing.
  const taken = createOrFind(serverThatLostACreation(asAsked, 409), body);
  await expect(taken).rejects.toMatchObject({ status: 409, mayBeDone: false });
});

/** A server that has a job. It answers the first creation with this status, and the next with 409. */
function serverThatLostACreation(job: Job, status: number) {
  const refusals = [status];
  return connect({
    url: 'http://127.0.0.1/api',
    fetch: async (input, init) => {
      if (new Request(input, init).method === 'GET') return Response.json(job);
      const headers = { 'content-type': 'application/problem+json', 'retry-after': '0' };
      return Response.json({ detail: 'No.' }, { status: refusals.pop() ?? 409, headers });
    },
  });
}

test('a pause leaves out empty fields', () => {
  expect(pauseBody({ reason: '', until: undefined, cancelLive: false })).toEqual({});
  const until = '2030-01-01T00:00:00.000Z';
  expect(pauseBody({ reason: 'Stock', until, cancelLive: true })).toEqual({
    reason: 'Stock',
    until,
    cancel_live: true,
  });
});
