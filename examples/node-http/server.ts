import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createNodeHandler } from '@greenvue/jobs/node';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { collectDefaultMetrics, register } from 'prom-client';
import { checkDisk } from './check-disk.ts';
import { jobs } from './jobs.ts';
import { authorize, checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

// The sessions, in memory: a restart signs everybody out.
const sessions = new Map<string, string>();
function sessionOf({ headers }: IncomingMessage): string {
  const [, session = ''] = /\bsession=([\w-]+)/.exec(headers.cookie ?? '') ?? [];
  return session;
}
async function signIn(request: IncomingMessage, response: ServerResponse) {
  const form = new URLSearchParams(await text(request));
  const name = checkPassword(form.get('name'), form.get('password'));
  if (name === undefined) return response.writeHead(303, { location: '/login?failed' }).end();
  const session = randomUUID();
  sessions.set(session, name);
  // Behind HTTPS, add `; Secure`.
  const cookie = `session=${session}; HttpOnly; SameSite=Strict; Path=/`;
  return response.writeHead(303, { location: '/admin/jobs', 'set-cookie': cookie }).end();
}
function signOut(request: IncomingMessage, response: ServerResponse) {
  sessions.delete(sessionOf(request));
  return response.writeHead(303, { location: '/login' }).end();
}

// The REST API, and the console.
const api = createNodeHandler({
  engine: jobs,
  prefix: '/admin/api',
  authorize: (request, need) => authorize(sessions.get(sessionOf(request)), need),
});
const page = createConsoleNodeHandler({
  prefix: '/admin/jobs',
  api: '/admin/api',
  signInUrl: '/login',
  signOutUrl: '/logout',
});

// The metrics.
collectDefaultMetrics();
registerJobMetrics(jobs);
async function sendMetrics({ headers }: IncomingMessage, response: ServerResponse) {
  if (headers.authorization !== `Bearer ${METRICS_TOKEN}`) return response.writeHead(401).end();
  return response.writeHead(200, { 'content-type': register.contentType }).end(await register.metrics());
}

// Your own routes use jobs, too. The compiler knows the type of `freeGb`.
async function sendDisk(response: ServerResponse) {
  const { freeGb } = await jobs.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ freeGb }));
}

async function respond(request: IncomingMessage, response: ServerResponse) {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  switch (`${request.method} ${pathname}`) {
    case 'GET /login':
      response.setHeader('content-type', 'text/html');
      return response.end(signInPage(searchParams.has('failed')));
    case 'POST /login':
      return signIn(request, response);
    case 'GET /logout':
      return signOut(request, response);
    case 'GET /metrics':
      return sendMetrics(request, response);
    case 'GET /disk':
      return sendDisk(response);
    default:
      return response.writeHead(404).end();
  }
}

const server = createServer((request, response) => {
  api(request, response, () =>
    page(request, response, () => {
      respond(request, response).catch((error) => {
        console.error(error);
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end();
      });
    }),
  );
});
const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`http://localhost:${port}/login`));

// Browsers also open connections that they never use. So a stop waits for requests, not for connections.
let openRequests = 0;
server.on('request', (_request, response) => {
  openRequests += 1;
  response.once('close', () => {
    openRequests -= 1;
  });
});
async function stop() {
  const serving = once(server, 'close');
  server.close();
  api.close(); // Ends the event streams.
  setInterval(() => {
    if (openRequests === 0) server.closeAllConnections();
  }, 100).unref();
  // Until the open requests have their responses, they can use the engine.
  await jobs.stop({ serving });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
