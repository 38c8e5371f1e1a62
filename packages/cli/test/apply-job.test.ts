import { connect, createJob, deleteJob, getJob, listJobTypes } from '@greenvue/jobs/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApplier } from '../src/jobs/apply/apply-job.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { type Host, startHost, TOKEN } from './host.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());
afterEach(() => deleteJob(direct(), 'mails'));

const JOB = {
  id: 'mails',
  body: { id: 'mails', name: 'Mails', type: 'greet', interval: '60m' },
  place: 'jobs.yaml:1',
};

/**
 * Applies the job on a server that does what it is asked to, and then says that it does not know; `meanwhile`
 * others do something.
 */
async function applyUnseen(meanwhile: () => Promise<unknown> = async () => undefined) {
  let isLost = false;
  const api = connect({
    url: host.url,
    token: TOKEN,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await fetch(request);
      if (request.method !== 'PUT' || isLost) return answer;
      isLost = true;
      await meanwhile();
      return Response.json({ detail: 'Not now.' }, { status: 503, headers: { 'retry-after': '0' } });
    },
  });
  const types = await listJobTypes(api);
  const target = { url: host.url, hasToken: true, headers: [], program: JOBS_PROGRAM, lists: 'jobs list' };
  const interrupted = new AbortController().signal;
  return createApplier({ api, target, types, dryRun: false, inFile: new Set<string>(), interrupted })(JOB);
}

function direct() {
  return connect({ url: host.url, token: TOKEN });
}

test('a job that a try made, whose end nobody saw, is created', async () => {
  expect(await applyUnseen()).toMatchObject({ outcome: 'created', fault: undefined });
  expect(await getJob(direct(), 'mails')).toMatchObject({ version: 1 });
});

test('a job that a try changed, whose end nobody saw, is changed', async () => {
  await createJob(direct(), { ...JOB.body, interval: '5m' });
  expect(await applyUnseen()).toMatchObject({ outcome: 'changed', fault: undefined });
  expect(await getJob(direct(), 'mails')).toMatchObject({ version: 2, interval: '60m' });
});

test('a job that others made meanwhile is theirs', async () => {
  const applied = await applyUnseen(async () => {
    await deleteJob(direct(), 'mails');
    await createJob(direct(), { ...JOB.body, interval: '5m' });
  });
  expect(applied).toMatchObject({ outcome: 'failed', fault: { message: expect.stringContaining('lost') } });
  expect(await getJob(direct(), 'mails')).toMatchObject({ interval: '5m' });
});
