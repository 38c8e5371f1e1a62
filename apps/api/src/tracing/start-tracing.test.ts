import { Writable } from 'node:stream';
import { diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { startTracing } from './start-tracing.ts';
import { parseTracing } from './tracing-config.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** OpenTelemetry as a server starts it, and what the log has of it. */
async function start() {
  const lines: string[] = [];
  const into = new Writable({
    write(line, _encoding, done) {
      const { msg, err } = z
        .object({ msg: z.string(), err: z.object({ message: z.string() }).optional() })
        .parse(JSON.parse(String(line)));
      lines.push(err === undefined ? msg : `${msg}: ${err.message}`);
      done();
    },
  });
  const { tracing: config } = parseTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' });
  const running = config && (await startTracing(config, { version: '1', logger: pino({}, into) }));
  if (running === undefined) throw new Error('nothing is traced');
  onTestFinished(() => running.stop());
  return { lines, stop: running.stop };
}

test('each kind of complaint is logged once a minute and does not suppress others', async () => {
  const { lines } = await start();
  const complain = () => {
    globalErrorHandler(new Error('connect ECONNREFUSED'));
    globalErrorHandler(new Error('Unauthorized'));
    diag.warn('Dropped 7 spans because maxQueueSize reached');
    diag.warn('Dropped 19 spans because maxQueueSize reached');
  };
  const told = [
    'OpenTelemetry: spans could not be sent, and are lost: connect ECONNREFUSED',
    'OpenTelemetry: spans could not be sent, and are lost: Unauthorized',
    'OpenTelemetry: Dropped 7 spans because maxQueueSize reached',
  ];
  complain();
  vi.advanceTimersByTime(59_999);
  complain();
  expect(lines).toEqual(told);
  vi.advanceTimersByTime(1);
  complain();
  expect(lines).toEqual([...told, ...told]);
});

test('complaints that all differ fill no log', async () => {
  const { lines } = await start();
  for (let n = 0; n < 100; n++) diag.error(`no such thing: ${'x'.repeat(n)}`);
  expect(lines).toHaveLength(10);
});

test('after its end nothing is told any more', async () => {
  const { lines, stop } = await start();
  await stop();
  globalErrorHandler(new Error('late'));
  diag.error('late');
  expect(lines).toEqual([]);
});
