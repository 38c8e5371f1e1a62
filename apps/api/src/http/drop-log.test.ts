import { expect, test } from 'vitest';
import { createDropLog } from './drop-log.ts';

test('each dropped connection is counted, and each reason has a line a minute that says how many', () => {
  const lines: unknown[][] = [];
  const counted: string[] = [];
  const time = { now: 1_000 };
  const drops = createDropLog({
    logger: { warn: (...line: unknown[]) => void lines.push(line) },
    clock: { now: () => time.now },
    countDrop: (reason) => void counted.push(reason),
  });
  drops.add('network', '192.0.2.1');
  for (let n = 0; n < 500; n += 1) drops.add('network', '192.0.2.2');
  drops.add('server', '192.0.2.3');
  time.now += 60_000;
  drops.add('network', '192.0.2.4');
  expect(counted).toHaveLength(503);
  expect(lines).toEqual([
    [{ dropped: 1, reason: 'network', address: '192.0.2.1' }, expect.stringContaining('1 new connection:')],
    [{ dropped: 1, reason: 'server', address: '192.0.2.3' }, expect.stringContaining('MAX_CONNECTIONS')],
    [
      { dropped: 501, reason: 'network', address: '192.0.2.4' },
      expect.stringContaining('501 new connections:'),
    ],
  ]);
});
