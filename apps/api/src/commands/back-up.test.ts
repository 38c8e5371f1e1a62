import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createDatabase } from '../db/create-database.ts';
import { testConfig } from '../testing/test-app.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { backUp } from './back-up.ts';

test('a database that is damaged is not backed up, and the line says what to do', async () => {
  const DATA_DIR = await temporaryFolder();
  const config = await testConfig({ DATA_DIR });
  const file = join(DATA_DIR, 'app.db');
  await (await createDatabase({ file, isolation: 'inline' })).close();
  const sound = await backUp(config, [join(DATA_DIR, 'sound')]);
  expect(sound).toBe(join(DATA_DIR, 'sound', 'app.db'));

  const database = new DatabaseSync(file);
  database.exec("INSERT INTO settings VALUES ('needle', 'in a page of its own')");
  database.close();
  const page = Math.floor((await readFile(file)).indexOf('in a page of its own') / 4096);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(8, 0xa5), 0, undefined, page * 4096);
  await handle.close();
  await expect(backUp(config, [join(DATA_DIR, 'damaged')])).rejects.toThrow(
    /app\.db is damaged \(.+\), so no backup was made\. Stop the server and restore the newest backup/,
  );
  expect(await readdir(DATA_DIR)).not.toContain('damaged');
});

test('PostgreSQL is backed up with its own tool, without the password among the arguments', async () => {
  const config = await testConfig({
    DATABASE_URL: 'postgres://ann:hunter2@db.example.com/shop?sslmode=require',
  });
  await expect(backUp(config, [])).rejects.toThrow(
    /put the password in PGPASSWORD or ~\/\.pgpass, and run: pg_dump "postgres:\/\/ann@db\.example\.com\/shop\?sslmode=require" > greenvue\.sql$/,
  );
});
