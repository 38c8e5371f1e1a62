import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestScreen } from '../../testing/test-context.ts';
import { createPaceMeter, progressText } from './progress-text.ts';
import { createProgressView } from './progress-view.ts';

test('progress is told with its rate and the time that is left', () => {
  const pace = createPaceMeter();
  expect(pace({ done: 0, total: 1_000, note: null }, 0)).toBeUndefined();
  const after = pace({ done: 320, total: 1_000, note: null }, 10_000);
  expect(after).toEqual({ perSecond: 32, leftMs: 21_250 });
  expect(progressText({ done: 320, total: 1_000, note: 'listings removed' }, after)).toBe(
    '320 of 1,000, 32 %, 32/s, 21.3 s left, listings removed',
  );
  expect(
    progressText({ done: 5, total: null, note: 'so far\u001b[2J' }, { perSecond: 0.5, leftMs: undefined }),
  ).toBe('5, 0.5/s, so far\\u001b[2J');
  expect(progressText({ done: 3, total: 0, note: null })).toBe('3 of 0, 100 %');
});

test('another attempt, which begins at the beginning, is measured from its own start', () => {
  const pace = createPaceMeter();
  pace({ done: 10, total: 100, note: null }, 0);
  expect(pace({ done: 90, total: 100, note: null }, 1_000)?.perSecond).toBe(80);
  expect(pace({ done: 1, total: 100, note: null }, 2_000)).toBeUndefined();
  expect(pace({ done: 3, total: 100, note: null }, 3_000)?.perSecond).toBe(2);
});

test('on a terminal a bar stays below the log, fits the width, and is gone at the end', async () => {
  const [screen, log] = [createTestScreen(60), createTestScreen(60)];
  const view = createProgressView(screen, log);
  view.log('before there is a bar');
  view.update({ done: 50, total: 100, note: 'a note that is much too long for a terminal' }, undefined);
  view.log('beside the bar');
  await expect.poll(() => screen.written()).toContain('beside the bar\n');
  view.stop();
  view.stop();
  expect(log.lines()).toEqual(['before there is a bar']);
  expect(screen.written()).toContain('[============------------] 50 of 100, 50 %');
  const widest = screen
    .lines()
    .flatMap((line) => line.split('\r'))
    .map((line) => line.length);
  expect(Math.max(...widest)).toBeLessThan(200);
  // Wrapping of lines is on again.
  expect(screen.written().lastIndexOf('\u001b[?7h')).toBeGreaterThan(
    screen.written().lastIndexOf('\u001b[?7l'),
  );
  const written = screen.written();
  await setTimeout(250);
  expect(screen.written()).toBe(written);
});

test('elsewhere there is a line for each quarter', () => {
  const [screen, log] = [createTestScreen(), createTestScreen()];
  const view = createProgressView(screen, log);
  for (const done of [0, 10, 30, 60, 100]) view.update({ done, total: 100, note: null }, undefined);
  view.update({ done: 7, total: null, note: null }, undefined);
  view.log('a line');
  view.stop();
  expect(screen.lines()).toEqual([0, 25, 50, 100].map((at) => `Progress: ${at} %`));
  expect(log.lines()).toEqual(['a line']);
});
