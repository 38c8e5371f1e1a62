import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readGlossary } from './glossary.ts';
import { HELP_WORDS } from './help-words.ts';

test('the table has a word, its definition in parts, and a link that is left out', () => {
  const glossary = readGlossary(
    [
      '# Glossary',
      '| word | meaning | more |',
      '|---|---|---|',
      '| **slot** (time) | As `cron` [says](a.md). | [P5](b.md) |',
    ].join('\n'),
  );
  expect([...glossary]).toEqual([
    [
      'slot (time)',
      [
        { text: 'As ', isCode: false },
        { text: 'cron', isCode: true },
        { text: ' says.', isCode: false },
      ],
    ],
  ]);
});

test('the glossary defines each word that the console explains', () => {
  const path = new URL('../../../../../docs/glossary.md', import.meta.url);
  const glossary = readGlossary(readFileSync(path, 'utf8'));
  expect(HELP_WORDS.filter((word) => !glossary.has(word))).toEqual([]);
});
