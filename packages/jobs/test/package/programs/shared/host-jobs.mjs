import { createJobs, defineJobType } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { z } from 'zod';
import { hello } from './hello.mjs';

/** Where the programs mount the API and the console. */
export const API = '/admin/api';
export const CONSOLE = '/admin/jobs';
export const TOKEN = 'secret';

/** Runs until the engine stops. */
const untilStopped = defineJobType({
  type: 'until_stopped',
  payload: z.strictObject({}),
  run: (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true })),
});

/** An engine with the job types of the programs that are servers. */
export async function startJobs(database) {
  const jobs = createJobs({
    store: sqlite(database),
    types: [hello, untilStopped],
    shutdownTimeoutMs: 1_000,
  });
  await jobs.start();
  return jobs;
}

/** Options of each adapter of the API. A client may have one event stream open. */
export function apiOptions(jobs, authorizationOf) {
  return {
    engine: jobs,
    prefix: API,
    authorize: (request) => {
      if (authorizationOf(request) === `Bearer ${TOKEN}`) return { id: 'user:1' };
      throw Object.assign(new Error('Send the secret as a bearer token.'), { statusCode: 401 });
    },
    events: { maxStreamsPerPrincipal: 1 },
  };
}
