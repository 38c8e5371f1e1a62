import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createKoaMiddleware } from '@greenvue/jobs/node';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { collectDefaultMetrics, register } from 'prom-client';
import { checkDisk } from './check-disk.ts';
import { jobs } from './jobs.ts';
import { authorize, checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

const app = new Koa();
const router = new Router();

// The session: a signed cookie. With a random key, a restart signs everybody out: in production, use your own
// key, and a session id that expires instead of the name. Behind an HTTPS proxy, set `app.proxy = true`.
app.keys = [randomUUID()];
router.get('/login', (context) => {
  context.body = signInPage('failed' in context.query);
});
router.post('/login', bodyParser(), (context) => {
  const form = new URLSearchParams(context.request.rawBody);
  const user = checkPassword(form.get('name'), form.get('password'));
  if (user !== undefined)
    context.cookies.set('user', user, { httpOnly: true, sameSite: 'strict', signed: true });
  context.status = 303;
  context.redirect(user === undefined ? '/login?failed' : '/admin/jobs');
});
router.get('/logout', (context) => {
  context.cookies.set('user', null);
  context.status = 303;
  context.redirect('/login');
});

// The REST API, and the console.
const api = createKoaMiddleware<Context>({
  engine: jobs,
  prefix: '/admin/api',
  authorize: ({ cookies }, need) => authorize(cookies.get('user', { signed: true }), need),
});
const page = createConsoleNodeHandler({
  prefix: '/admin/jobs',
  api: '/admin/api',
  signInUrl: '/login',
  signOutUrl: '/logout',
});
app.use(api);
app.use((context, next) => {
  if (!page.handles(context.path)) return next();
  // The console writes the response itself.
  context.respond = false;
  page(context.req, context.res);
  return undefined;
});

// The metrics.
collectDefaultMetrics();
registerJobMetrics(jobs);
router.get('/metrics', async (context) => {
  if (context.headers.authorization !== `Bearer ${METRICS_TOKEN}`) return context.throw(401);
  context.type = register.contentType;
  context.body = await register.metrics();
});

// Your own routes use jobs, too. The compiler knows the type of `freeGb`.
router.get('/disk', async (context) => {
  const { freeGb } = await jobs.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
  context.body = { freeGb };
});
app.use(router.routes());

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
