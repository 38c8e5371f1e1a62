// The REST API and the console as handlers of node:http.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createNodeHandler } from '@greenvue/jobs/node';
import { API, apiOptions, CONSOLE, startJobs } from './shared/host-jobs.mjs';
import { hostJourney } from './shared/host-journey.mjs';

const jobs = await startJobs(process.argv[2]);
const api = createNodeHandler(apiOptions(jobs, ({ headers }) => headers.authorization));
const page = createConsoleNodeHandler({ prefix: CONSOLE, api: API });
const server = createServer((request, response) => {
  page(request, response, () => api(request, response, () => response.writeHead(404).end()));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
await hostJourney(jobs, {
  url: `http://127.0.0.1:${server.address().port}`,
  async close() {
    const closed = once(server, 'close');
    server.close();
    api.close();
    // A client may have opened a connection without a request, which Node would wait for.
    const cut = setTimeout(() => server.closeAllConnections(), 1_000);
    await closed;
    clearTimeout(cut);
  },
});
