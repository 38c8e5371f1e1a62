import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDropLog } from './drop-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create() {
  const lines: unknown[][] = [];
  const counted: string[] = [];
  const drops = createDropLog({
    logger: { warn: (...line: unknown[]) => void lines.push(line) },
    countDrop: (reason) => void counted.push(reason),
  });
  return { lines, counted, drops };
}

test('each dropped connection is counted, and each reason has a line a minute that says how many', () => {
  const { lines, counted, drops } = create();
  drops.add('network', '192.0.2.1');
  for (let n = 0; n < 499; n += 1) drops.add('network', '192.0.2.1');
  drops.add('network', '192.0.2.2');
  drops.add('server', '192.0.2.3');
  vi.advanceTimersByTime(59_999);
  expect(lines).toEqual([
    [
      { dropped: 1, reason: 'network', address: '192.0.2.1' },
      expect.stringContaining('1 new connection: the limit for one network was reached'),
    ],
    [{ dropped: 1, reason: 'server', address: '192.0.2.3' }, expect.stringContaining('MAX_CONNECTIONS')],
  ]);
  vi.advanceTimersByTime(1);
  expect(lines.slice(2)).toEqual([
    [
      { dropped: 500, reason: 'network', address: '192.0.2.2' },
      expect.stringContaining('500 new connections:'),
    ],
  ]);
  vi.advanceTimersByTime(120_000);
  expect(lines).toHaveLength(3);
  drops.add('network', '192.0.2.4');
  expect(lines[3]).toMatchObject([{ dropped: 1, address: '192.0.2.4' }, expect.any(String)]);
  expect(counted).toHaveLength(503);
});

test('requests refused by an overloaded server have a line of their own', () => {
  const { lines, counted, drops } = create();
  drops.add('overload', '192.0.2.1');
  expect(lines).toEqual([
    [
      { dropped: 1, reason: 'overload', address: '192.0.2.1' },
      expect.stringContaining('answered 1 request with 503'),
    ],
  ]);
  expect(counted).toEqual(['overload']);
});

test('a server that closes logs how many it dropped since the last line, and no more', () => {
  const { lines, drops } = create();
  for (let n = 0; n < 38; n += 1) drops.add('network', '192.0.2.1');
  drops.close();
  expect(lines).toMatchObject([
    [{ dropped: 1 }, expect.any(String)],
    [{ dropped: 37 }, expect.any(String)],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});
