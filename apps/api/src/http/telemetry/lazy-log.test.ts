import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createApp } from '../../app.ts';
import { LazyLog } from './lazy-log.ts';

function logTo(level: string) {
  const lines: Record<string, unknown>[] = [];
  let children = 0;
  const log = pino(
    { level, base: null, timestamp: false, redact: ['token', '*.token'], onChild: () => void children++ },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  return { log, lines, children: () => children };
}

test('a line has all that the log and its children are bound to, with secrets redacted', () => {
  const { log, lines } = logTo('info');
  const request = new LazyLog(log, { reqId: 'r1', token: 'secret' });
  request.info({ status: 404, who: { token: 'secret' } }, 'answered %s', 'so');
  request.child({ jobId: 'a' }).child({ runId: '7', jobId: 'b' }).error('failed');
  request.child({ jobId: 'a' }, { level: 'warn' }).info('too little for it');
  expect(lines).toEqual([
    {
      level: 30,
      reqId: 'r1',
      token: '[Redacted]',
      status: 404,
      who: { token: '[Redacted]' },
      msg: 'answered so',
    },
    { level: 50, reqId: 'r1', token: '[Redacted]', jobId: 'b', runId: '7', msg: 'failed' },
  ]);
});

test('log lines of a request have its id, and the fields that Fastify logs of a request', async () => {
  const { log, lines } = logTo('info');
  const app = createApp({
    config: {
      trustProxy: false,
      corsOrigins: [],
      maxConnections: 10,
      rateLimit: { perMinute: 9, operatorPerMinute: 9, loginFailures: 9 },
    },
    version: '0',
    logger: log,
    clock: { now: () => 0 },
    authenticate: async () => undefined,
    securityLog: { record: () => undefined },
    observe: () => undefined,
    countDrop: () => undefined,
    routes: [
      async (scope) => {
        const schema = { hide: true };
        scope.get('/loud', { schema }, async (request) => request.log.info({ req: request }, 'loud'));
        scope.get('/quiet', { schema, logLevel: 'error' }, async (request) => request.log.info('quiet'));
      },
    ],
  });
  const headers = { 'x-secret': 'secret' };
  const { headers: answered } = await app.inject({ url: '/loud', headers });
  await app.inject({ url: '/quiet', headers });
  await app.inject({ url: `/${'x'.repeat(10_000)}`, headers });
  await app.close();
  const answered404 = lines.pop();
  expect(answered404).toMatchObject({ msg: 'answered', status: 404, url: `/${'x'.repeat(255)}` });
  expect(lines).toMatchObject([
    { level: 30, reqId: answered['x-request-id'], msg: 'loud', req: { method: 'GET', url: '/loud' } },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('a log that is silent writes nothing', () => {
  const { log, lines, children } = logTo('silent');
  new LazyLog(log, { reqId: 'r1' }).fatal('the end');
  expect([lines, children()]).toEqual([[], 0]);
});

test('each level goes to that level', () => {
  const { log, lines } = logTo('trace');
  const request = new LazyLog(log, {});
  expect(request.level).toBe('trace');
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) request[level](level);
  request.silent();
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [10, 'trace'],
    [20, 'debug'],
    [30, 'info'],
    [40, 'warn'],
    [50, 'error'],
    [60, 'fatal'],
  ]);
});

test('no child is made for lines that are not written, and one for all that are', () => {
  const { log, lines, children } = logTo('info');
  const request = new LazyLog(log, { reqId: 'r1' }).child({ jobId: 'a' });
  request.debug('answered');
  expect(children()).toBe(0);
  request.info('one');
  request.info('two');
  expect([children(), lines.length]).toEqual([1, 2]);
});
