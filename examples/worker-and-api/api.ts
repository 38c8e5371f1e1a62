// Serves the API and the console. It runs no handlers: `concurrency` is 0.
import { consolePlugin } from '@greenvue/console/fastify';
import { createJobs } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { postgres } from '@greenvue/jobs/postgres';
import { fastify } from 'fastify';
import { checkDisk } from './check-disk.ts';

const jobs = createJobs({
  store: postgres(process.env.DATABASE_URL ?? 'postgres://localhost/jobs'),
  types: [checkDisk],
  concurrency: 0,
});
await jobs.start();
await jobs.schedule(checkDisk, { id: 'check-disk', interval: '10s', payload: { path: '.' } });

const app = fastify({ routerOptions: { maxParamLength: 128 } });
await app.register(jobsPlugin, {
  prefix: '/admin/api',
  engine: jobs,
  // Two bearer tokens. Your app has its own login, as in the other examples.
  authorize: ({ headers: { authorization } }, need) => {
    if (authorization === 'Bearer secret') return { id: 'token:admin' };
    if (authorization !== 'Bearer look')
      throw Object.assign(new Error('Send a bearer token.'), { statusCode: 401 });
    if (need !== 'read')
      throw Object.assign(new Error('Only an admin may change jobs.'), { statusCode: 403 });
    return { id: 'token:viewer' };
  },
});
// The console asks people for a token.
await app.register(consolePlugin, { prefix: '/admin/jobs', api: '/admin/api', auth: 'token' });
app.addHook('onClose', () => jobs.stop());

await app.listen({ port: Number(process.env.PORT ?? 3000) });
process.once('SIGTERM', () => app.close());
