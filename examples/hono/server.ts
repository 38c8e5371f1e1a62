import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConsoleFetchHandler } from '@greenvue/console/fetch';
import { createFetchHandler } from '@greenvue/jobs/fetch';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { collectDefaultMetrics, register } from 'prom-client';
import { checkDisk } from './check-disk.ts';
import { jobs } from './jobs.ts';
import { authorize, checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

const app = new Hono();

// The session: a signed cookie. A random secret signs everybody out at a restart: use your own in production.
const secret = randomUUID();
app.get('/login', (context) => context.html(signInPage('failed' in context.req.query())));
app.post('/login', async (context) => {
  const form = await context.req.parseBody();
  const name = checkPassword(form.name, form.password);
  if (name === undefined) return context.redirect('/login?failed', 303);
  const secure = new URL(context.req.url).protocol === 'https:';
  await setSignedCookie(context, 'user', name, secret, { httpOnly: true, sameSite: 'Strict', secure });
  return context.redirect('/admin/jobs', 303);
});
app.get('/logout', (context) => {
  deleteCookie(context, 'user');
  return context.redirect('/login', 303);
});

// The REST API, and the console.
const api = createFetchHandler<Context>({
  engine: jobs,
  prefix: '/admin/api',
  authorize: async (_request, need, context) =>
    authorize(await getSignedCookie(context, secret, 'user'), need),
});
const page = createConsoleFetchHandler({
  prefix: '/admin/jobs',
  api: '/admin/api',
  signInUrl: '/login',
  signOutUrl: '/logout',
});
app.all('/admin/api/*', (context) => api(context.req.raw, context));
app.get('/admin/jobs/*', (context) => page(context.req.raw));

// The metrics.
collectDefaultMetrics();
registerJobMetrics(jobs);
app.get('/metrics', async (context) => {
  if (context.req.header('authorization') !== `Bearer ${METRICS_TOKEN}`) return context.body(null, 401);
  return context.body(await register.metrics(), 200, { 'content-type': register.contentType });
});

// Your own routes use jobs, too. The compiler knows the type of `freeGb`.
app.get('/disk', async (context) => {
  const { freeGb } = await jobs.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
  return context.json({ freeGb });
});

const port = Number(process.env.PORT ?? 3000);
const server = serve({ fetch: app.fetch, port });
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
    if (openRequests === 0 && 'closeAllConnections' in server) server.closeAllConnections();
  }, 100).unref();
  // Until the open requests have their responses, they can use the engine.
  await jobs.stop({ serving });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
