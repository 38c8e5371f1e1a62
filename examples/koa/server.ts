import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createJobs } from '@greenvue/jobs';
import { createKoaMiddleware } from '@greenvue/jobs/node';
import { sqlite } from '@greenvue/jobs/sqlite';
import Koa, { type Context } from 'koa';
import { greet } from '../greet.ts';
import { ASK_FOR_PASSWORD, authorizeUser, userOf } from '../login.ts';

const jobs = createJobs({ store: sqlite(process.env.JOBS_DB ?? 'jobs.db'), types: [greet] });
await jobs.start();
await jobs.schedule(greet, { id: 'greet-often', interval: '2s' });

const api = createKoaMiddleware<Context>({
  engine: jobs,
  prefix: '/admin/api',
  authorize: ({ headers }, need) => authorizeUser(headers.authorization, need),
});
const jobsConsole = createConsoleNodeHandler({ prefix: '/admin/jobs', api: '/admin/api' });

const app = new Koa();
app.use(async (context, next) => {
  if (userOf(context.headers.authorization) !== undefined) return next();
  context.status = 401;
  context.set(ASK_FOR_PASSWORD);
  context.body = 'Sign in first.';
});
app.use(api);
app.use((context, next) => {
  if (!jobsConsole.handles(context.path)) return next();
  // The console writes the response itself.
  context.respond = false;
  return void jobsConsole(context.req, context.res);
});

const server = app.listen(Number(process.env.PORT ?? 3000));
process.once('SIGTERM', async () => {
  server.close();
  // Event streams would keep the server open.
  api.close();
  await jobs.stop();
  server.closeAllConnections();
});
