import { createServer } from 'node:http';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createJobs } from '@greenvue/jobs';
import { createNodeHandler } from '@greenvue/jobs/node';
import { sqlite } from '@greenvue/jobs/sqlite';
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
const jobsConsole = createConsoleNodeHandler({ prefix: '/admin/jobs', api: '/admin/api' });

const server = createServer((request, response) => {
  if (userOf(request.headers.authorization) === undefined)
    response.writeHead(401, ASK_FOR_PASSWORD).end('Sign in first.');
  else api(request, response, () => jobsConsole(request, response));
});
server.listen(Number(process.env.PORT ?? 3000));

process.once('SIGTERM', async () => {
  server.close();
  // Event streams would keep the server open.
  api.close();
  await jobs.stop();
  server.closeAllConnections();
});
