import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createNodeHandler } from '@greenvue/jobs/node';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import express from 'express';
import session from 'express-session';
import { collectDefaultMetrics, register } from 'prom-client';
import { checkDisk } from './check-disk.ts';
import { jobs } from './jobs.ts';
import { authorize, checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

declare module 'express-session' {
  interface SessionData {
    user: string;
  }
}

const app = express();

// The session. In production, use a secret of your own, and a session store such as connect-redis.
app.use(
  session({
    secret: randomUUID(),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'strict', secure: 'auto' },
  }),
);
app.get('/login', (request, response) => {
  response.send(signInPage('failed' in request.query));
});
app.use('/login', express.urlencoded());
app.post('/login', (request, response) => {
  const name = checkPassword(request.body?.name, request.body?.password);
  if (name === undefined) return response.redirect(303, '/login?failed');
  // A new session id, so that nobody else knows it.
  request.session.regenerate(() => {
    request.session.user = name;
    response.redirect(303, '/admin/jobs');
  });
});
app.get('/logout', (request, response) => {
  request.session.destroy(() => response.redirect(303, '/login'));
});

// The REST API, and the console. They know their prefix: mount them at the root.
const api = createNodeHandler<express.Request>({
  engine: jobs,
  prefix: '/admin/api',
  authorize: (request, need) => authorize(request.session.user, need),
});
app.use(api);
app.use(
  createConsoleNodeHandler({
    prefix: '/admin/jobs',
    api: '/admin/api',
    signInUrl: '/login',
    signOutUrl: '/logout',
  }),
);

// The metrics.
collectDefaultMetrics();
registerJobMetrics(jobs);
app.get('/metrics', async (request, response) => {
  if (request.headers.authorization !== `Bearer ${METRICS_TOKEN}`) response.sendStatus(401);
  else response.type(register.contentType).send(await register.metrics());
});

// Your own routes use jobs, too. The compiler knows the type of `freeGb`.
app.get('/disk', async (_request, response) => {
  const { freeGb } = await jobs.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
  response.json({ freeGb });
});

const port = Number(process.env.PORT ?? 3000);
const server = app.listen(port);
server.once('listening', () => console.log(`http://localhost:${port}/login`));
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
