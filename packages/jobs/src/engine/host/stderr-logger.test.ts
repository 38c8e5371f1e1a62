import { expect, it } from 'vitest';
import { stderrLogger } from './stderr-logger.ts';

function lines(): { readonly said: string[]; readonly logger: ReturnType<typeof stderrLogger> } {
  const said: string[] = [];
  return { said, logger: stderrLogger((line) => said.push(line)) };
}

it('writes warnings and errors in one line each, with the causes of an error', () => {
  const { said, logger } = lines();
  const refused = Object.assign(new Error('no\nanswer'), { code: 'ECONNREFUSED' });
  logger.error({ err: new TypeError('fetch failed', { cause: refused }), big: 1n }, 'the job store failed');
  logger.warn({ fence: 7 }, 'a stale claim was not settled');
  const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
  logger.warn({ err: missing }, 'a log was not read');
  expect(said).toEqual([
    '@greenvue/jobs error: the job store failed | TypeError: fetch failed, caused by Error: no answer (ECONNREFUSED) | {"unserialisable":"Do not know how to serialize a BigInt"}',
    '@greenvue/jobs warn: a stale claim was not settled | {"fence":7}',
    '@greenvue/jobs warn: a log was not read | Error: ENOENT: no such file',
  ]);
  logger.warn({ text: 'x'.repeat(1e5) }, 'long');
  expect(said[3]?.length).toBeLessThan(8_100);
});

it('writes failed attempts, also when the run is retried, without stacks', () => {
  const { said, logger } = lines();
  const err = {
    type: 'RangeError',
    message: 'm'.repeat(1e5),
    stack: 'at x',
    causes: [{ type: 'E', message: 'c' }],
  };
  logger.info({ runId: '1', err }, 'an attempt failed; the run is tried again');
  expect(said[0]).toContain(
    '@greenvue/jobs info: an attempt failed; the run is tried again | RangeError: mmm',
  );
  expect(said[0]).toContain('…, caused by E: c | {"runId":"1"}');
  expect(said[0]).not.toContain('at x');
});

it('writes nothing else', () => {
  const { said, logger } = lines();
  logger.debug({ err: new Error('x') }, 'debug');
  logger.info({}, 'a run was cancelled');
  expect(said).toEqual([]);
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  expect(levels.filter((level) => logger.isLevelEnabled?.(level))).toEqual(['info', 'warn', 'error']);
});
