import { expect, test, vi } from 'vitest';
import { createLeaving, type LeaveTarget } from './leaving.ts';

test('leaving an unguarded page navigates at once', () => {
  const go = vi.fn();
  createLeaving().leave({ go });
  expect(go).toHaveBeenCalledTimes(1);
});

test('a guard decides until it is removed', () => {
  const { guard, leave } = createLeaving();
  const go = vi.fn();
  const asked: LeaveTarget[] = [];
  const takeAway = guard((way) => asked.push(way));
  leave({ go });
  expect(go).not.toHaveBeenCalled();
  asked[0]?.go();
  expect(go).toHaveBeenCalledTimes(1);
  takeAway();
  leave({ go });
  expect(asked).toHaveLength(1);
  expect(go).toHaveBeenCalledTimes(2);
});
