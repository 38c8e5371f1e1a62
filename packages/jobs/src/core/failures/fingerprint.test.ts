import { describe, expect, it } from 'vitest';
import { fingerprintOf, messagePattern } from './fingerprint.ts';

const STACK = `Error: no
    at node:internal/process/task_queues:104:5
    at async charge (file:///srv/app/releases/41/src/billing/charge.ts:17:9)
    at async run (file:///srv/app/src/main.ts:3:1)`;
const of = (message: string, more: { name?: string; code?: string; stack?: string } = {}) =>
  fingerprintOf({ name: 'Error', message, ...more });

describe('fingerprints of errors', () => {
  it.each([
    ['Order 17 was not found', 'Order 4711 was not found'],
    ['timed out after 30.5s', 'timed out after 7s'],
    ['no user 0b8e2f64-9c3a-4a57-8d8e-2f649c3a4a57', 'no user 7d444840-9dc0-11d1-b245-5ffdce74fad2'],
    ['customer cus_9f3k2 is gone', 'customer cus_1aa is gone'],
    ['no such file "/tmp/a b.csv"', 'no such file "/srv/x.csv"'],
    ["key 'a' exists", "key 'bcd' exists"],
    ['GET https://api.example.com/v1/users/7?x=1 failed', 'GET https://api.example.com/health failed'],
    ['at 2026-11-30T23:52:31.123Z', 'at 2027-01-01T00:00:00.000Z'],
    ['rows 1, 2, 3 are invalid', 'rows 4 are invalid'],
    ['connect ECONNREFUSED 10.0.0.1:5432', 'connect ECONNREFUSED 10.0.0.27:5432'],
  ])('%j and %j are one error', (a, b) => {
    expect(of(a)).toBe(of(b));
  });

  it.each([
    ['Order 17 was not found', 'Order 17 was not paid'],
    ['GET https://api.example.com/a failed', 'GET https://other.example.com/a failed'],
    ["can't read the file, won't wait", "can't read the table, won't wait"],
  ])('%j and %j are two errors', (a, b) => {
    expect(of(a)).not.toBe(of(b));
  });

  it('another name, code or place is another error', () => {
    const one = of('no', { stack: STACK });
    expect(of('no', { stack: STACK, name: 'TypeError' })).not.toBe(one);
    expect(of('no', { stack: STACK, code: 'E_NO' })).not.toBe(one);
    expect(of('no', { stack: STACK.replace('charge (', 'refund (') })).not.toBe(one);
    expect(of('no', { stack: STACK.replace('charge.ts', 'refund.ts') })).not.toBe(one);
  });

  it('the line, the folder of a release and frames of Node.js do not count', () => {
    const one = of('no', { stack: STACK });
    expect(of('no', { stack: STACK.replace('17:9', '18:2') })).toBe(one);
    expect(of('no', { stack: STACK.replace('/srv/app/releases/41', '/home/deploy') })).toBe(one);
    expect(of('no', { stack: STACK.replace('task_queues:104:5', 'task_queues:99:1') })).toBe(one);
  });

  it('is short, and reads only the beginning of a long message', () => {
    expect(of('x'.repeat(1_000_000))).toBe(of('x'.repeat(2_000)));
    expect(of('')).toMatch(/^[0-9a-f]{16}$/);
  });

  it('shows what is left of a message', () => {
    expect(messagePattern('User "ada" of tenant 7 has no  seat:\n#3')).toBe(
      'User … of tenant # has no seat: ##',
    );
  });
});
