import { expect, test } from 'vitest';
import { nodeNames } from './node-names.ts';

test('a node is called by its machine and process, and by its id if that is all there is', () => {
  expect(
    nodeNames([
      { node: '0b5e9a3c-51a5', host: 'web-1', pid: 42 },
      { node: '6c8f4f2f-7a10', host: null, pid: null },
    ]),
  ).toEqual(['web-1 (process 42)', '6c8f4f2f-7a10']);
});

test('nodes of one name are told apart by their ids', () => {
  const same = { host: 'web', pid: 1 };
  expect(
    nodeNames([
      { node: '0b5e9a3c-51a5', ...same },
      { node: '6c8f4f2f-7a10', ...same },
    ]),
  ).toEqual(['web (process 1), 0b5e9a3c', 'web (process 1), 6c8f4f2f']);
});
