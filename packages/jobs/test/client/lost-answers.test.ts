import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connect,
  createJob,
  deleteJob,
  getJob,
  isUnsure,
  listJobRuns,
  patchJob,
  putJob,
  runJob,
} from '../../src/client/index.ts';
import { startClientServer } from './client-server.ts';

let server: Awaited<ReturnType<typeof startClientServer>>;
beforeAll(async () => {
  server = await startClientServer();
});
afterAll(() => server.close());

type Meanwhile = () => Promise<unknown>;

/** The server handles each request, but its first answer is lost; `meanwhile` runs before the repeat. */
function losing(what: 'answer' | 'commit', meanwhile: Meanwhile = async () => undefined) {
  let isLost = false;
  const fetch: typeof globalThis.fetch = async (...request) => {
    const answer = await globalThis.fetch(...request);
    if (isLost) return answer;
    isLost = true;
    await meanwhile();
    if (what === 'answer') throw new TypeError('fetch failed');
    // The answer of a server that does not know whether its database committed.
    return Response.json({ detail: 'Not now.' }, { status: 503, headers: { 'retry-after': '0' } });
  };
  return connect({ url: server.url, fetch });
}

const make = (id: string) => createJob(server.connection, { id, name: 'A', type: 'greet', on_demand: true });

test('a creation whose answer is lost is not repeated, and the job is there', async () => {
  const body = { id: 'created', name: 'A', type: 'greet', on_demand: true };
  await expect(createJob(losing('answer'), body)).rejects.toMatchObject({ code: 'no_answer' });
  expect(await getJob(server.connection, 'created')).toMatchObject({ name: 'A' });
  await expect(createJob(server.connection, body)).rejects.toMatchObject({ status: 409, mayBeDone: false });
});

test('a server that goes away before the repeat leaves open whether the first try was done; one that was never there does not', async () => {
  const refused = () =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
  const goneAfter = (tries: number) => {
    let sent = 0;
    const fetch = async () => {
      sent += 1;
      throw sent <= tries ? new TypeError('fetch failed') : refused();
    };
    return connect({ url: server.url, fetch, retries: 1 });
  };
  const lost = await runJob(goneAfter(1), 'a').catch((error: unknown) => error);
  expect(lost).toMatchObject({ code: 'no_answer', mayBeDone: true });
  expect(lost).toSatisfy(isUnsure);
  const never = await runJob(goneAfter(0), 'a').catch((error: unknown) => error);
  expect(never).toMatchObject({ code: 'no_answer', mayBeDone: false });
  expect(never).not.toSatisfy(isUnsure);
});

test('a creation that was answered with a 503 says that the id may be taken by itself', async () => {
  const body = { id: 'unseen', name: 'A', type: 'greet', on_demand: true };
  await expect(createJob(losing('commit'), body)).rejects.toMatchObject({ status: 409, mayBeDone: true });
  expect(await getJob(server.connection, 'unseen')).toMatchObject({ name: 'A' });
});

test('a replacement whose answer is lost is repeated, and changes nothing the second time', async () => {
  const body = { name: 'A', type: 'greet', on_demand: true };
  const { job, created } = await putJob(losing('answer'), 'put', body);
  expect({ created, version: job.version }).toEqual({ created: false, version: 1 });
});

test('an edit of what was read says that it may have been done', async () => {
  const job = await make('edited');
  await expect(patchJob(losing('answer'), 'edited', { name: 'B' }, { ifMatch: job })).rejects.toMatchObject({
    status: 412,
    mayBeDone: true,
    detail: expect.stringMatching(/./),
  });
  expect(await getJob(server.connection, 'edited')).toMatchObject({ name: 'B' });
});

test('a deletion succeeds when its answer is lost, or when others have deleted the job', async () => {
  await make('deleted');
  await deleteJob(losing('answer'), 'deleted');
  await expect(getJob(server.connection, 'deleted')).rejects.toMatchObject({ status: 404 });
  await expect(deleteJob(server.connection, 'deleted')).rejects.toMatchObject({
    status: 404,
    mayBeDone: false,
  });
});

test('a repeated deletion removes a job that others recreated, unless it names the version that was read', async () => {
  await make('made-anew');
  await deleteJob(
    losing('answer', () => make('made-anew')),
    'made-anew',
  );
  await expect(getJob(server.connection, 'made-anew')).rejects.toMatchObject({ status: 404 });

  const job = await make('guarded');
  const guarded = deleteJob(
    losing('answer', () => make('guarded')),
    'guarded',
    { ifMatch: job },
  );
  await expect(guarded).rejects.toMatchObject({ status: 412, mayBeDone: true });
  expect((await getJob(server.connection, 'guarded')).uid).not.toBe(job.uid);
});

test('a run that was asked for twice, since its first answer was lost, is one run', async () => {
  await make('run-once');
  const run = await runJob(losing('answer'), 'run-once');
  const { data } = await listJobRuns(server.connection, 'run-once');
  expect(data.map(({ id }) => id)).toEqual([run.id]);
});
