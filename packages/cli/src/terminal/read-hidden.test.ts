import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { readHidden } from './read-hidden.ts';

/** A terminal that notes whether it is in raw mode, in which it shows nothing by itself. */
function createTerminal() {
  const modes: boolean[] = [];
  return Object.assign(new PassThrough(), {
    isTTY: true,
    modes,
    setRawMode: (mode: boolean) => modes.push(mode),
  });
}

test('lines are read until Ctrl-D, while the terminal shows nothing', async () => {
  const terminal = createTerminal();
  const read = readHidden(terminal, () => undefined);
  terminal.write('first line\rsecond\tline\r');
  await vi.waitFor(() => expect(terminal.modes).toEqual([true]));
  terminal.write('\u0004');
  expect(await read).toBe('first line\nsecond\tline');
  expect(terminal.modes).toEqual([true, false]);
});

test('Ctrl-C interrupts', async () => {
  const terminal = createTerminal();
  const interrupted = vi.fn();
  const read = readHidden(terminal, interrupted);
  terminal.write('half\u0003');
  await vi.waitFor(() => expect(interrupted).toHaveBeenCalledOnce());
  terminal.end();
  await read;
});
