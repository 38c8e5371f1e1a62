// The console of the built package: its page, and a file of it in compressed form.
import { consolePlugin } from '@greenvue/console/fastify';
import { createConsoleFetchHandler } from '@greenvue/console/fetch';
import Fastify from 'fastify';

const app = Fastify();
await app.register(consolePlugin, { prefix: '/jobs', api: '/api' });
const page = await app.inject({ url: '/jobs/' });
const [script] = /assets\/[\w-]+\.js/.exec(page.body) ?? [];
const file = await app.inject({ url: `/jobs/${script}`, headers: { 'accept-encoding': 'br' } });
const handler = createConsoleFetchHandler({ prefix: '/jobs', api: '/api' });
const fetched = await handler(new Request('http://localhost/jobs/'));
console.log(
  JSON.stringify({
    page: page.statusCode,
    file: file.statusCode,
    encoding: file.headers['content-encoding'],
    fetched: fetched.status,
  }),
);
await app.close();
