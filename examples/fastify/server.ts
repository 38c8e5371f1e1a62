import { consolePlugin } from '@greenvue/console/fastify';
import { createJobs } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { sqlite } from '@greenvue/jobs/sqlite';
import { fastify } from 'fastify';
import { greet } from '../greet.ts';
import { ASK_FOR_PASSWORD, authorizeUser, userOf } from '../login.ts';

const jobs = createJobs({ store: sqlite(process.env.JOBS_DB ?? 'jobs.db'), types: [greet] });
await jobs.start();
await jobs.schedule(greet, { id: 'greet-often', interval: '2s' });

const app = fastify({ routerOptions: { maxParamLength: 128 }, forceCloseConnections: true });
app.register(async (admin) => {
  admin.addHook('onRequest', async (request, reply) => {
    if (userOf(request.headers.authorization) === undefined)
      await reply.code(401).headers(ASK_FOR_PASSWORD).send('Sign in first.');
  });
  await admin.register(jobsPlugin, {
    prefix: '/admin/api',
    engine: jobs,
    authorize: (request, need) => authorizeUser(request.headers.authorization, need),
  });
  await admin.register(consolePlugin, { prefix: '/admin/jobs', api: '/admin/api' });
});
app.addHook('onClose', () => jobs.stop());

await app.listen({ port: Number(process.env.PORT ?? 3000) });
process.once('SIGTERM', () => app.close());
