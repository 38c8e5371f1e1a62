// The REST API and the console as fetch handlers: of Bun.serve, of Deno.serve, and called directly on Node.
import { createConsoleFetchHandler } from '@greenvue/console/fetch';
import { createFetchHandler } from '@greenvue/jobs/fetch';
import { API, apiOptions, CONSOLE, startJobs } from './shared/host-jobs.mjs';
import { hostJourney } from './shared/host-journey.mjs';

const { Bun, Deno } = globalThis;
const jobs = await startJobs(process.argv[2]);
const api = createFetchHandler(apiOptions(jobs, ({ headers }) => headers.get('authorization')));
const page = createConsoleFetchHandler({ prefix: CONSOLE, api: API });
const handle = (request) => (page.handles(new URL(request.url).pathname) ? page(request) : api(request));

await hostJourney(jobs, serve());

function serve() {
  if (Bun !== undefined) {
    const server = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 30, fetch: handle });
    return { url: `http://127.0.0.1:${server.port}`, close: () => closeWith(() => server.stop()) };
  }
  if (Deno !== undefined) {
    const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: () => undefined }, handle);
    return {
      url: `http://127.0.0.1:${server.addr.port}`,
      close: () => closeWith(() => server.shutdown()),
    };
  }
  return {
    url: 'http://localhost',
    close: () => closeWith(() => undefined),
    ask: (input, init) => handle(new Request(input, init)),
  };
}

/** Event streams first: a server waits for its open responses. */
async function closeWith(stop) {
  api.close();
  await stop();
}
