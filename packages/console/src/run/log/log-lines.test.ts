import type { LogLine } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { bodyText, fieldsText, filterLines, logText, splitAtFinds } from './log-lines.ts';

function line(level: LogLine['level'], message: string, fields: unknown = null): LogLine {
  return { at: '2026-01-31T09:00:00.000Z', level, message, fields };
}

const LINES = [
  line('debug', 'Looks for listings'),
  line('info', 'Removed a batch', { removed: 12 }),
  line('warn', 'Slow', { took_ms: 90 }),
  line('error', 'No route to host'),
];

const found = (level: 'debug' | 'info' | 'warn' | 'error', search: string) =>
  filterLines(LINES, { level, search }).map(({ message }) => message);

test('a level shows itself and more serious ones', () => {
  expect(found('debug', '')).toHaveLength(4);
  expect(found('warn', '')).toEqual(['Slow', 'No route to host']);
});

test('a search covers messages and fields and ignores case', () => {
  expect(found('debug', 'ROUTE')).toEqual(['No route to host']);
  expect(found('debug', 'removed=12')).toEqual(['Removed a batch']);
  expect(found('warn', 'removed')).toEqual([]);
});

test('without a filter the result is the same array', () => {
  expect(filterLines(LINES, { level: 'debug', search: '' })).toBe(LINES);
});

test('fields are plain words if possible, else JSON', () => {
  expect(fieldsText({ a: 'plain', b: 'two words', c: 3, d: { e: [null] }, f: '' })).toBe(
    'a=plain b="two words" c=3 d={"e":[null]} f=""',
  );
  expect(fieldsText(null)).toBe('');
  expect(fieldsText([1])).toBe('[1]');
  expect(bodyText(line('info', 'Done', {}))).toBe('Done');
});

test('a log file has one line per entry, with the time in UTC', () => {
  expect(logText(LINES.slice(1, 3))).toBe(
    '2026-01-31T09:00:00.000Z INFO  Removed a batch removed=12\n2026-01-31T09:00:00.000Z WARN  Slow took_ms=90\n',
  );
});

test('a text split at its matches joins to the same text', () => {
  expect(splitAtFinds('Aba aBa', 'ab')).toEqual(['', 'Ab', 'a ', 'aB', 'a']);
  expect(splitAtFinds('nothing', 'x')).toEqual(['nothing']);
  expect(splitAtFinds('any', '')).toEqual(['any']);
  for (const text of ['<b>bold</b>', 'İstanbul i', '😀b😀'])
    expect(splitAtFinds(text, 'b').join('')).toBe(text);
});
