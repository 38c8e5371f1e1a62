import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createJobs } from '@greenvue/jobs';
import { createNodeHandler } from '@greenvue/jobs/node';
import { sqlite } from '@greenvue/jobs/sqlite';
import express from 'express';
import { greet } from '../greet.ts';
import { ASK_FOR_PASSWORD, authorizeUser, userOf } from '../login.ts';

const jobs = createJobs({ store: sqlite(process.env.JOBS_DB ?? 'jobs.db'), types: [greet] });
await jobs.start();
await jobs.schedule(greet, { id: 'greet-often', interval: '2s' });

const api = createNodeHandler({
  engine: jobs,
  prefix: '/admin/api',
  authorize: (request, need) => authorizeUser(request.headers.authorization, need),
});

const app = express();
app.use(express.json());
app.use('/admin', (request, response, next) => {
  if (userOf(request.headers.authorization) === undefined)
    response.status(401).set(ASK_FOR_PASSWORD).send('Sign in first.');
  else next();
});
// The handlers know their prefix: mount them at the root.
app.use(api);
app.use(createConsoleNodeHandler({ prefix: '/admin/jobs', api: '/admin/api' }));

const server = app.listen(Number(process.env.PORT ?? 3000));
process.once('SIGTERM', async () => {
  server.close();
  // Event streams would keep the server open.
  api.close();
  await jobs.stop();
  server.closeAllConnections();
});
