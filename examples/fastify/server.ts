import { randomBytes } from 'node:crypto';
import formBody from '@fastify/formbody';
import secureSession from '@fastify/secure-session';
import { consolePlugin } from '@greenvue/console/fastify';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { fastify } from 'fastify';
import { collectDefaultMetrics, register } from 'prom-client';
import { checkDisk } from './check-disk.ts';
import { jobs } from './jobs.ts';
import { authorize, checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

declare module '@fastify/secure-session' {
  interface SessionData {
    user: string;
  }
}

const app = fastify({ routerOptions: { maxParamLength: 128 } });

// The session. With a random key, a restart signs everybody out: in production, use a key of your own.
await app.register(formBody);
await app.register(secureSession, {
  key: randomBytes(32),
  cookie: { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto' },
});
app.get<{ Querystring: { failed?: string } }>('/login', (request, reply) =>
  reply.type('text/html').send(signInPage('failed' in request.query)),
);
app.post<{ Body: { name: string; password: string } }>('/login', (request, reply) => {
  const name = checkPassword(request.body.name, request.body.password);
  if (name === undefined) return reply.redirect('/login?failed', 303);
  request.session.set('user', name);
  return reply.redirect('/admin/jobs', 303);
});
app.get('/logout', (request, reply) => {
  request.session.delete();
  return reply.redirect('/login', 303);
});

// The REST API, and the console.
await app.register(jobsPlugin, {
  prefix: '/admin/api',
  engine: jobs,
  authorize: (request, need) => authorize(request.session.get('user'), need),
});
await app.register(consolePlugin, {
  prefix: '/admin/jobs',
  api: '/admin/api',
  signInUrl: '/login',
  signOutUrl: '/logout',
});

// The metrics.
collectDefaultMetrics();
registerJobMetrics(jobs);
app.get('/metrics', async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${METRICS_TOKEN}`) return reply.code(401).send();
  return reply.type(register.contentType).send(await register.metrics());
});

// Your own routes use jobs, too. The compiler knows the type of `freeGb`.
app.get('/disk', async () => {
  const { freeGb } = await jobs.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
  return { freeGb };
});

app.addHook('onClose', () => jobs.stop());
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
const port = Number(process.env.PORT ?? 3000);
await app.listen({ port });
console.log(`http://localhost:${port}/login`);
