// The console in an empty project, by each of its adapters: it finds its built files.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { consolePlugin } from '@greenvue/console/fastify';
import { createConsoleFetchHandler } from '@greenvue/console/fetch';
import { createConsoleNodeHandler } from '@greenvue/console/node';

const options = { prefix: '/admin/jobs', api: '/admin/api' };
const handle = createConsoleFetchHandler(options);
const page = await handle(new Request('http://localhost/admin/jobs/jobs/a'));
const [, path] = /type="module" crossorigin src="\.\.\/([^"]+)"/.exec(await page.text()) ?? [];
const script = await handle(new Request(`http://localhost/admin/jobs/${path}`));

const server = createServer(createConsoleNodeHandler(options)).listen(0);
await once(server, 'listening');
const answer = await fetch(`http://localhost:${server.address().port}/admin/jobs/`);
await answer.text();
server.close();
server.closeAllConnections();
console.log(
  JSON.stringify({
    fetch: { page: page.status, script: [script.status, script.headers.get('content-type')] },
    node: answer.status,
    fastify: typeof consolePlugin,
  }),
);
