import { expect, test } from 'vitest';
import { createTestScreen } from '../testing/test-context.ts';
import { type Column, createTable } from './table.ts';
import { cut, widthOf } from './width.ts';

interface Thing {
  readonly id: string;
  readonly state: string;
  readonly name: string;
}

const COLUMNS: readonly Column<Thing>[] = [
  { title: 'ID', text: ({ id }) => id, least: 8 },
  { title: 'STATE', text: ({ state }) => state, style: () => 'green' },
  { title: 'NAME', text: ({ name }) => name, least: 6, isOptional: true },
];

const things: readonly Thing[] = [
  { id: 'short', state: 'ok', name: 'A name' },
  { id: 'x'.repeat(128), state: 'failing', name: '漢字と絵文字 👩‍👩‍👧 of some length' },
];

test('into a pipe, a table has everything in full, and no colours', () => {
  const screen = createTestScreen();
  createTable(screen, COLUMNS).print(things);
  expect(screen.written()).toBe(
    `${[
      `ID${' '.repeat(128)}STATE    NAME`,
      `short${' '.repeat(125)}ok       A name`,
      `${'x'.repeat(128)}  failing  漢字と絵文字 👩‍👩‍👧 of some length`,
    ].join('\n')}\n`,
  );
});

test.each([120, 80, 40, 25, 12])('on a terminal of %i columns, its lines fit', (columns) => {
  const screen = createTestScreen(columns);
  const table = createTable(screen, COLUMNS);
  table.print(things);
  table.print([{ id: 'y'.repeat(300), state: 'late', name: 'On the next page' }]);
  const lines = screen.lines();
  expect(lines).toHaveLength(4);
  // The narrowest that its columns can be is 8 + 2 + 7.
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(Math.max(columns, 17));
  expect(lines[0]?.includes('NAME')).toBe(columns >= 80);
  expect(lines[3]).toMatch(/^y+…/);
  expect(screen.written()).toContain('\u001b[32mok\u001b[39m');
});

test('what is in a cell is not obeyed, and does not break the line', () => {
  const screen = createTestScreen(80);
  createTable(screen, COLUMNS).print([{ id: '\u001b[2Jbad', state: 'ok\n\n', name: '\u202eeman' }]);
  expect(screen.lines()).toHaveLength(2);
  expect(screen.lines().join('')).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(screen.lines()[1]).toContain('\\u001b[2Jbad  ok\\n\\n');
});

test.each([
  ['abc', 3],
  ['漢字', 4],
  ['é', 1],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['', 0],
])('%j takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('a text is cut between what people take for letters', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdefg', 6)).toBe('abcde…');
  expect(cut('漢字漢字', 5)).toBe('漢字…');
  expect(cut('a👩‍👩‍👧b👩‍👩‍👧', 5)).toBe('a👩‍👩‍👧b…');
});
