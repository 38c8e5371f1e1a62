import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForWriting } from '../database.ts';
import { migrate } from '../migrate.ts';
import { lowestIdAt, PER_MS } from '../writer/keys/ids.ts';
import { continueIds } from './continue-ids.ts';

const NOW = Date.UTC(2026, 0, 1);
const TICK = lowestIdAt(NOW);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continue-ids-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function databaseWith(name: string, last: number, leadMs: number): string {
  const file = join(folder, name);
  const db = openForWriting(file);
  migrate(db);
  db.statement('UPDATE counter SET last = ?, lead_ms = ?').run(last, leadMs);
  db.close();
  return file;
}

function counterOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  const found = db.prepare('SELECT last, lead_ms FROM counter').get();
  db.close();
  return { last: found?.last, leadMs: found?.lead_ms };
}

test.each([
  ['the clock, when no id was ahead of it', TICK - 5_000, 3, { last: TICK, leadMs: 3 }],
  [
    'the replaced database, whose ids were ahead of the clock',
    TICK + 2 * PER_MS + 1,
    1,
    { last: TICK + 2 * PER_MS + 1, leadMs: 3 },
  ],
])('ids continue above %s', (_what, last, leadMs, expected) => {
  const file = databaseWith('copy.db', 1, 0);
  continueIds({ file, replaced: databaseWith('jobs.db', last, leadMs), now: NOW });
  expect(counterOf(file)).toEqual(expected);
});

test('ids continue above the copy itself, when the replaced database is gone or damaged', () => {
  const file = databaseWith('copy.db', TICK + PER_MS, 0);
  continueIds({ file, replaced: undefined, now: NOW });
  const damaged = join(folder, 'damaged.db');
  writeFileSync(damaged, 'x'.repeat(8_192));
  continueIds({ file, replaced: damaged, now: NOW });
  expect(counterOf(file)).toEqual({ last: TICK + PER_MS, leadMs: 1 });
});
