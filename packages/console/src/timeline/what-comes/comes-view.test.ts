import { expect, test } from 'vitest';
import { type ComesView, LENGTHS, readView, writeView } from './comes-view.ts';

const [day, , week] = LENGTHS;

test('the query of a URL restores the view that it was written from', () => {
  const views: readonly ComesView[] = [
    { length: week },
    { length: day, type: 'send_mail', tag: 'eu', at: Date.UTC(2026, 0, 5, 12) },
  ];
  for (const view of views) expect(readView(writeView(view))).toEqual(view);
  expect(writeView({ length: week })).toBe('');
});

test('values of a URL that are not valid mean the same as none', () => {
  expect(readView('hours=25&type=%20&tag=%00&at=soon')).toEqual({ length: week });
});

test('an instant in a URL chooses the hour that contains it', () => {
  expect(readView('at=2026-01-05T12:34:56Z').at).toBe(Date.UTC(2026, 0, 5, 12));
});
