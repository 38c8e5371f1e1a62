import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { TEST_MS } from '../../../../scripts/test-deadlines.ts';
import { databaseEnv } from '../testing/test-app.ts';
import { type Greenvue, startGreenvue } from '../testing/test-greenvue.ts';
import { freePort } from '../testing/test-process.ts';
import { smtpError, startSmtp } from '../testing/test-smtp.ts';
import { startCollector } from './test-collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const TRACEPARENT = { traceparent: `00-${TRACE}-${CALLER}-01` };
const SERVER = 2;
const CONSUMER = 5;
const ERROR = 2;

const run = z.object({ id: z.string(), status: z.string() });
const mailer = (more: object) => ({ id: 'mails', name: 'Mails', type: 'send_notifications', ...more });
const ON_DEMAND = { on_demand: true, backoff: { initial: '100ms' } };

async function ask(
  { url, token }: Greenvue,
  path: string,
  {
    headers = {},
    body,
  }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: object } = {},
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });
  expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
  return answer.json();
}

const statusOf = async (greenvue: Greenvue, id: string) =>
  run.parse(await ask(greenvue, `/api/runs/${id}`)).status;

const linesOf = ({ server }: Greenvue) =>
  server.output.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => z.looseObject({ msg: z.string() }).parse(JSON.parse(line)));

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('one trace has a request, the run that it triggered, and each attempt', async () => {
    let isBusy = true;
    const smtp = await startSmtp({
      onConnect: (_session, done) => done(isBusy ? smtpError(421, 'too busy') : undefined),
    });
    const collector = await startCollector();
    const greenvue = await startGreenvue({
      ...collector.env,
      ...(await databaseEnv(dialect)),
      SMTP_URL: smtp.url,
      LOG_LEVEL: 'debug',
    });
    await greenvue.mailDue();
    await ask(greenvue, '/api/jobs', { body: mailer(ON_DEMAND) });
    const asked = { headers: TRACEPARENT, body: {} };
    const { id } = run.parse(await ask(greenvue, '/api/jobs/mails/runs', asked));
    const [failed] = await collector.found(1, ({ kind }) => kind === CONSUMER);
    isBusy = false;
    await expect.poll(() => statusOf(greenvue, id)).toBe('succeeded');

    const attempts = await collector.found(2, ({ kind }) => kind === CONSUMER);
    const [request] = await collector.found(1, ({ kind, traceId }) => kind === SERVER && traceId === TRACE);
    expect(request).toMatchObject({
      name: 'POST /api/jobs/:job_id/runs',
      parentSpanId: CALLER,
      service: 'greenvue',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/jobs/:job_id/runs',
        'url.path': '/api/jobs/mails/runs',
        'http.response.status_code': 202,
      },
    });
    expect(attempts).toMatchObject(
      [1, 2].map((attempt) => ({
        name: 'run send_notifications',
        traceId: TRACE,
        parentSpanId: request?.spanId,
        attributes: { 'greenvue.job.id': 'mails', 'greenvue.run.id': id, 'greenvue.run.attempt': attempt },
        links: [],
      })),
    );
    expect(failed).toMatchObject({ status: ERROR, events: ['exception'] });
    expect(attempts[1]).toMatchObject({ status: 0, events: [] });

    const ids = { jobId: 'mails', runId: id, trace_id: TRACE };
    expect(linesOf(greenvue)).toContainEqual(
      expect.objectContaining({ msg: 'answered', reqId: expect.any(String), status: 202, ...ids }),
    );
    expect(linesOf(greenvue)).toContainEqual(
      expect.objectContaining({ msg: 'an attempt failed; the run is tried again', attempt: 1, ...ids }),
    );
  });
});

test('a scheduled run is a trace of its own with a link to the request that made the job, in a thread as well', async () => {
  const collector = await startCollector();
  const greenvue = await startGreenvue(collector.env);
  const body = { id: 'index', name: 'Index', type: 'update_search_index', interval: '1s' };
  await ask(greenvue, '/api/jobs', { headers: TRACEPARENT, body });
  const isOfJob = ({ kind }: { readonly kind: number }) => kind === CONSUMER;
  await expect.poll(() => collector.spans.filter(isOfJob).length).toBeGreaterThan(1);
  const [request] = await collector.found(1, ({ traceId }) => traceId === TRACE);
  const [first, second] = collector.spans.filter(isOfJob);
  for (const attempt of [first, second]) {
    expect(attempt).toMatchObject({
      name: 'run update_search_index',
      parentSpanId: undefined,
      links: [request?.spanId],
      attributes: { 'greenvue.run.trigger': 'schedule', 'greenvue.run.outcome': 'succeeded' },
    });
  }
  expect(second?.traceId).not.toBe(first?.traceId);
});

// Promise P9, lost nodes.
test('a run whose server was killed stays in its trace when the next server runs it again', async () => {
  const reached = Promise.withResolvers<void>();
  let isStuck = true;
  const smtp = await startSmtp({
    onConnect: (_session, done) => {
      reached.resolve();
      if (!isStuck) done();
    },
  });
  const collector = await startCollector();
  const greenvue = await startGreenvue({ ...collector.env, SMTP_URL: smtp.url });
  await greenvue.mailDue();
  await ask(greenvue, '/api/jobs', { body: mailer(ON_DEMAND) });
  const { id } = run.parse(await ask(greenvue, '/api/jobs/mails/runs', { headers: TRACEPARENT, body: {} }));
  await reached.promise;
  const [request] = await collector.found(1, ({ traceId }) => traceId === TRACE);
  greenvue.server.child.kill('SIGKILL');
  await greenvue.server.ended();
  isStuck = false;
  await greenvue.startAgain();
  const [attempt] = await collector.found(1, ({ kind }) => kind === CONSUMER);
  expect(attempt).toMatchObject({
    traceId: TRACE,
    parentSpanId: request?.spanId,
    attributes: { 'greenvue.run.id': id, 'greenvue.run.attempt': 1, 'greenvue.run.outcome': 'succeeded' },
  });
});

test('by default spans go as protobuf, and the last ones go before the server ends', async () => {
  const told: { readonly type: string | undefined; readonly body: Buffer }[] = [];
  const collector = createServer((request: IncomingMessage, response) => {
    void buffer(request).then((body) => {
      told.push({ type: request.headers['content-type'], body });
      response.writeHead(200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  onTestFinished(() => void collector.close().closeAllConnections());
  const { port } = z.object({ port: z.number() }).parse(collector.address());
  const greenvue = await startGreenvue({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
    OTEL_SERVICE_NAME: 'shop',
    OTEL_BSP_SCHEDULE_DELAY: '3600000',
  });
  await ask(greenvue, '/api/jobs', { headers: TRACEPARENT });
  expect(told).toEqual([]);
  greenvue.server.child.kill('SIGTERM');
  expect(await greenvue.server.ended()).toBe(0);
  expect(told.map(({ type }) => type)).toEqual(['application/x-protobuf']);
  expect(told[0]?.body.includes(Buffer.from(TRACE, 'hex'))).toBe(true);
  expect(told[0]?.body.includes('shop')).toBe(true);
});

test('a request that asks not to be sampled is not, and its attempts are not', async () => {
  const collector = await startCollector();
  const greenvue = await startGreenvue(collector.env);
  await ask(greenvue, '/api/jobs', { body: mailer(ON_DEMAND) });
  const headers = { traceparent: `00-${TRACE}-${CALLER}-00` };
  const { id } = run.parse(await ask(greenvue, '/api/jobs/mails/runs', { headers, body: {} }));
  await expect.poll(() => statusOf(greenvue, id)).toBe('succeeded');
  greenvue.server.child.kill('SIGTERM');
  await greenvue.server.ended();
  expect(collector.spans.map(({ name }) => name)).toContain('POST /api/jobs');
  expect(collector.spans.filter(({ kind, traceId }) => kind === CONSUMER || traceId === TRACE)).toEqual([]);
});

describe('a collector that is not there', () => {
  test('is logged once and disturbs nothing', async () => {
    const greenvue = await startGreenvue({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    await ask(greenvue, '/api/jobs', { body: mailer(ON_DEMAND) });
    const complaints = () => linesOf(greenvue).filter(({ msg }) => msg.startsWith('OpenTelemetry: '));
    await expect.poll(() => complaints().length).toBe(1);
    for (let n = 0; n < 5; n++) {
      const { id } = run.parse(await ask(greenvue, '/api/jobs/mails/runs', { body: {} }));
      await expect.poll(() => statusOf(greenvue, id)).toBe('succeeded');
    }
    greenvue.server.child.kill('SIGTERM');
    expect(await greenvue.server.ended()).toBe(0);
    expect(complaints()).toHaveLength(1);
    expect(greenvue.server.output.stderr).toBe('');
  });

  test('or does not answer keeps no server from its end', async () => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = z.object({ port: z.number() }).parse(silent.address());
    const greenvue = await startGreenvue({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      // The exporter alone would wait for longer than this test.
      OTEL_EXPORTER_OTLP_TIMEOUT: String(10 * TEST_MS),
      OTEL_BSP_EXPORT_TIMEOUT: String(10 * TEST_MS),
    });
    await ask(greenvue, '/api/jobs');
    greenvue.server.child.kill('SIGTERM');
    expect(await greenvue.server.ended()).toBe(0);
  });
});
