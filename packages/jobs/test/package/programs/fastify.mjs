// The REST API and the console as plugins of Fastify.
import { consolePlugin } from '@greenvue/console/fastify';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import Fastify from 'fastify';
import { API, apiOptions, CONSOLE, startJobs } from './shared/host-jobs.mjs';
import { hostJourney } from './shared/host-journey.mjs';

const jobs = await startJobs(process.argv[2]);
// A client may have opened a connection without a request, which Node would wait for.
const app = Fastify({ forceCloseConnections: true });
await app.register(
  jobsPlugin,
  apiOptions(jobs, ({ headers }) => headers.authorization),
);
await app.register(consolePlugin, { prefix: CONSOLE, api: API });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
await hostJourney(jobs, { url, close: () => app.close() });
