import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/test-database.ts';
import { openConnection } from './connection.ts';

test('a connection with little patience fails soon when somebody has locked the file', async () => {
  const file = join(await temporaryFolder(), 'app.db');
  const other = new DatabaseSync(file);
  other.exec('CREATE TABLE things (id INTEGER); INSERT INTO things VALUES (1)');
  const connection = openConnection({ file, readOnly: true, patienceMs: 50 });
  const read = () => connection.run({ kind: 'query', sql: 'SELECT id FROM things', parameters: [] });
  expect(read()).toMatchObject({ ok: true, result: { rows: [{ id: 1 }] } });
  other.exec('BEGIN EXCLUSIVE');
  const begun = performance.now();
  expect(read()).toMatchObject({ ok: false, failure: { errcode: 5 } });
  expect(performance.now() - begun).toBeGreaterThan(40);
  const patience = { kind: 'query', sql: 'PRAGMA busy_timeout', parameters: [] } as const;
  expect(connection.run(patience)).toMatchObject({ ok: true, result: { rows: [{ timeout: 50 }] } });
  other.exec('COMMIT');
  expect(read()).toMatchObject({ ok: true });
  connection.close();
  other.close();
});
