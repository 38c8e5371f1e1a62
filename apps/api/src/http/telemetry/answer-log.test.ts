import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logAnswers } from './answer-log.ts';

/** An app that refuses every request, or none. */
function create() {
  const time = { now: Date.UTC(2026, 0, 1) };
  const lines: { readonly msg: string; readonly left_out?: number }[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = Fastify({ logger: false });
  app.decorateRequest('clientAddress', '');
  app.addHook('onRequest', async (request) => {
    Object.assign(request, { log: logger, clientAddress: request.ip });
  });
  logAnswers(app, { logger, clock: { now: () => time.now } });
  app.get('/:status', async (request, reply) => reply.code(Number(request.url.slice(1))).send('x'));
  const flood = async (status: number, times: number, network = '10.0.0') => {
    for (let n = 0; n < times; n += 1)
      await app.inject({ url: `/${status}`, remoteAddress: `${network}.${n}` });
  };
  return { app, time, lines, flood };
}

test('a flood of refused requests adds some lines a minute to the log, and a count of the others', async () => {
  const { app, time, lines, flood } = create();
  await flood(429, 200);
  expect(lines).toHaveLength(60);
  time.now += 60_000;
  for (let n = 0; n < 30; n += 1) await app.inject({ url: '/429', remoteAddress: `2001:db8::${n}` });
  expect(lines).toHaveLength(70);
  await app.close();
  const told = lines.slice(70);
  expect(told).toMatchObject([
    { msg: 'more 429 responses than the log shows', left_out: 140, until: '2026-01-01T00:01:00.000Z' },
    { msg: 'more 429 responses than the log shows', left_out: 20 },
  ]);
});

test('answers that are no 429 are all logged from 400 on', async () => {
  const { lines, flood } = create();
  await flood(404, 70);
  await flood(200, 5);
  expect(lines).toHaveLength(70);
  expect(lines[0]).toMatchObject({ msg: 'answered', method: 'GET', url: '/404', status: 404 });
});
