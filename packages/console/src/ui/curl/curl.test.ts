import { describe, expect, test } from 'vitest';
import { exampleJob } from '../../../test/examples.ts';
import { curlScript, jobCurls, quoted, runCurls } from './curl.ts';

const ALL = { operate: true, admin: true };

test('a run can be read, cancelled and retried', () => {
  expect(runCurls({ id: '7' }, ALL).map(({ command }) => command)).toEqual([
    'curl "$API/runs/7" -H "Authorization: Bearer $TOKEN"',
    'curl "$API/runs/7/logs" -H "Authorization: Bearer $TOKEN"',
    'curl -X POST "$API/runs/7/cancel" -H "Authorization: Bearer $TOKEN"',
    'curl -X POST "$API/runs/7/retry" -H "Authorization: Bearer $TOKEN"',
  ]);
});

test('commands that the viewer may not use are left out', () => {
  const reader = { operate: false, admin: false };
  expect(runCurls({ id: '7' }, reader)).toHaveLength(2);
  expect(jobCurls(exampleJob(), reader)).toHaveLength(2);
  const operator = jobCurls(exampleJob(), { operate: true, admin: false }).map(({ command }) => command);
  expect(operator.some((command) => command.includes('-X PUT') || command.includes('-X DELETE'))).toBe(false);
});

describe('the definition of a job', () => {
  const put = (fields: Parameters<typeof exampleJob>[0]): string =>
    jobCurls(exampleJob(fields), ALL).find(({ command }) => command.includes('-X PUT'))?.command ?? '';

  test('has no state and no nulls, and can be read back', () => {
    const body = put({}).split(" -d '")[1]?.slice(0, -1) ?? '';
    expect(JSON.parse(body)).toEqual({
      name: 'Remove old listings',
      type: 'cleanup_expired_listings',
      interval: '5m',
      interval_mode: 'fixed_rate',
      payload: { days_old: 30 },
      overlap: 'skip',
      catch_up: 'once',
      timeout: '30m',
      priority: 'normal',
      max_attempts: 3,
      pause_after: 'none',
      backoff: { initial: '10s', max: '1h', factor: 2, jitter: 0.1 },
    });
  });

  test('is safe inside a shell', () => {
    const name = `it's $(rm -rf /) \`x\` "y" \\`;
    expect(put({ name })).toContain(`it'\\''s $(rm -rf /) \`x\``);
  });
});

test('a run of a job without a payload brings one', () => {
  const curls = jobCurls(exampleJob({ on_demand: true, payload: null }), ALL);
  expect(curls.find(({ does }) => does === 'Run the job now')?.command).toContain('"payload": {}');
});

test('any text becomes one word of a shell', () => {
  expect(quoted("a'b")).toBe("'a'\\''b'");
  expect(quoted('')).toBe("''");
});

test('a script sets its variables and explains each command', () => {
  const api = 'http://127.0.0.1:8080/api';
  const script = curlScript({ api, auth: 'password', curls: runCurls({ id: '7' }, ALL) });
  expect(script).toMatch(/^API='http:\/\/127\.0\.0\.1:8080\/api'\n/);
  expect(script).toContain("TOKEN='…'");
  expect(script).toContain('# Cancel the run\ncurl -X POST');
});
