import { expect, test } from 'vitest';
import { type ComesView, readView, writeView } from './comes-view.ts';

test('the query of a URL restores the view that it was written from', () => {
  const views: readonly ComesView[] = [
    { range: '7d' },
    { range: '24h', type: 'send_mail', tag: 'eu', at: Date.UTC(2026, 0, 5, 12) },
  ];
  for (const view of views) expect(readView(writeView(view))).toEqual(view);
  expect(writeView({ range: '7d' })).toBe('');
});

test('values of a URL that are not valid mean the same as none', () => {
  expect(readView('range=25h&type=%20&tag=%00&at=soon')).toEqual({ range: '7d' });
});

test('an instant in a URL chooses the hour that contains it', () => {
  expect(readView('at=2026-01-05T12:34:56Z').at).toBe(Date.UTC(2026, 0, 5, 12));
});
