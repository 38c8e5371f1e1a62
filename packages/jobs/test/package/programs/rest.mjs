// A foreign API: plain JavaScript, its own auth hook and prefix, and the engine from node_modules.
import { createJobs } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { sqlite } from '@greenvue/jobs/sqlite';
import Fastify from 'fastify';
import { hello } from './hello.mjs';

const jobs = createJobs({ store: sqlite(process.argv[2]), types: [hello] });
await jobs.start();

const app = Fastify();
await app.register(jobsPlugin, {
  prefix: '/background',
  engine: jobs,
  authorize: async (request) => {
    if (request.headers['x-key'] !== 'secret')
      throw Object.assign(new Error('The header x-key is missing or wrong. Send a valid key.'), {
        statusCode: 401,
      });
    return { id: 'somebody' };
  },
});

const call = (method, url, payload) =>
  app.inject({ method, url: `/background${url}`, payload, headers: { 'x-key': 'secret' } });
const stranger = await app.inject({ method: 'GET', url: '/background/jobs' });
const created = await call('POST', '/jobs', { id: 'greet', name: 'Greet', type: 'hello', on_demand: true });
const triggered = await call('POST', '/jobs/greet/runs', { payload: { name: 'Ann' } });
let run = triggered.json();
while (run.status === 'queued' || run.status === 'running') {
  await new Promise((resolve) => setTimeout(resolve, 20));
  run = (await call('GET', `/runs/${run.id}`)).json();
}
console.log(
  JSON.stringify({
    stranger: stranger.statusCode,
    created: created.statusCode,
    status: run.status,
    result: run.result,
  }),
);
await app.close();
await jobs.stop();
