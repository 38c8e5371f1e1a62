import { createConsoleFetchHandler } from '@greenvue/console/fetch';
import { createJobs } from '@greenvue/jobs';
import { createFetchHandler } from '@greenvue/jobs/fetch';
import { sqlite } from '@greenvue/jobs/sqlite';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { greet } from '../greet.ts';
import { ASK_FOR_PASSWORD, authorizeUser, userOf } from '../login.ts';

const jobs = createJobs({ store: sqlite(process.env.JOBS_DB ?? 'jobs.db'), types: [greet] });
await jobs.start();
await jobs.schedule(greet, { id: 'greet-often', interval: '2s' });

const api = createFetchHandler({
  engine: jobs,
  prefix: '/admin/api',
  authorize: (request, need) => authorizeUser(request.headers.get('authorization') ?? undefined, need),
});
const jobsConsole = createConsoleFetchHandler({ prefix: '/admin/jobs', api: '/admin/api' });

const app = new Hono();
app.use('/admin/*', async (context, next) => {
  if (userOf(context.req.header('authorization')) !== undefined) return next();
  return context.text('Sign in first.', 401, ASK_FOR_PASSWORD);
});
app.all('/admin/api/*', (context) => api(context.req.raw));
app.get('/admin/jobs/*', (context) => jobsConsole(context.req.raw));

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
process.once('SIGTERM', async () => {
  server.close();
  // Event streams would keep the server open.
  api.close();
  await jobs.stop();
  if ('closeAllConnections' in server) server.closeAllConnections();
});
