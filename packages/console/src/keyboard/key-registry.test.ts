import { expect, test, vi } from 'vitest';
import { createKeyBoard } from './key-registry.ts';

test('the newest binding of a key wins until it is removed', () => {
  const board = createKeyBoard();
  const [whole, page] = [vi.fn(), vi.fn()];
  board.register([
    { key: 'n', does: 'New', run: whole },
    { key: '?', does: 'Help', run: whole },
  ]);
  const leave = board.register([{ key: 'n', does: 'Next', run: page }]);
  expect(board.bindings().map(({ key, does }) => `${key} ${does}`)).toEqual(['n Next', '? Help']);
  board.find('n')?.run();
  expect(page).toHaveBeenCalledTimes(1);
  leave();
  board.find('n')?.run();
  expect(whole).toHaveBeenCalledTimes(1);
  expect(board.find('x')).toBeUndefined();
});

test('actions without a key are all kept, and no key finds one', () => {
  const board = createKeyBoard();
  const run = vi.fn();
  board.register([
    { does: 'Duplicate', run },
    { does: 'Delete', run },
  ]);
  expect(board.bindings().map(({ does }) => does)).toEqual(['Duplicate', 'Delete']);
  expect(board.find('')).toBeUndefined();
});

test('each change notifies the subscribers', () => {
  const board = createKeyBoard();
  const listener = vi.fn();
  const stop = board.subscribe(listener);
  board.register([{ key: 'j', does: 'Down', run: () => undefined }])();
  expect(listener).toHaveBeenCalledTimes(2);
  stop();
  board.register([]);
  expect(listener).toHaveBeenCalledTimes(2);
});
