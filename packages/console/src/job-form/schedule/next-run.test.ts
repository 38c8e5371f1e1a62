import { expect, test } from 'vitest';
import { nextRunChange } from './next-run.ts';

const NINE = '2026-06-01T09:00:00.000Z';
const TEN = '2026-06-01T10:00:00.000Z';

test.each([
  [
    { before: NINE, times: [NINE, TEN] },
    { kind: 'stays', at: NINE },
  ],
  [
    { before: NINE, times: [TEN] },
    { kind: 'moves', from: NINE, to: TEN },
  ],
  [
    { before: null, times: [TEN] },
    { kind: 'comes', to: TEN },
  ],
  [
    { before: NINE, times: [] },
    { kind: 'goes', from: NINE },
  ],
  [{ before: null, times: [] }, { kind: 'none' }],
])('what an edit does to the next run is read from its dry run', (preview, change) => {
  expect(nextRunChange(preview)).toEqual(change);
});
