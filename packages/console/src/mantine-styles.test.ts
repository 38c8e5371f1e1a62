import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const MANTINE = dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css'));

/** Components that use the styles of other components. All others use the styles of their own name. */
const DRAWN_WITH: Readonly<Record<string, readonly string[]>> = {
  TextInput: ['Input'],
  Textarea: ['Input'],
  Select: ['Input', 'Combobox'],
  MultiSelect: ['Input', 'Combobox', 'Pill', 'PillsInput'],
  TagsInput: ['Input', 'Combobox', 'Pill', 'PillsInput'],
  Autocomplete: ['Input', 'Combobox'],
  NativeSelect: ['Input'],
  NumberInput: ['Input', 'NumberInput'],
  PasswordInput: ['Input', 'PasswordInput'],
  JsonInput: ['Input'],
  FileInput: ['Input'],
};

test('every used Mantine component has its styles', () => {
  const loaded = readFileSync(join(SOURCES, 'mantine-styles.ts'), 'utf8');
  const used = new Set(
    readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.tsx'))
      .flatMap((path) => componentsIn(readFileSync(join(SOURCES, path), 'utf8'))),
  );
  expect(used.size).toBeGreaterThan(10);
  const needed = [...used].flatMap((name) => DRAWN_WITH[name] ?? [name]);
  const missing = needed.filter(
    (name) => existsSync(join(MANTINE, 'styles', `${name}.css`)) && !loaded.includes(`/${name}.layer.css`),
  );
  expect(missing).toEqual([]);
});

function componentsIn(source: string): readonly string[] {
  const [, names = ''] = /import \{([^}]*)\} from '@mantine\/core'/.exec(source) ?? [];
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[A-Z]/.test(name));
}
