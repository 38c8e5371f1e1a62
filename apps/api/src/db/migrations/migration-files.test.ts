import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-database.ts';
import { readMigrations } from './migration-files.ts';

it('refuses files with a gap in their numbers', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, '0001-one.sql'), '');
  await writeFile(join(folder, '0003-three.sql'), '');
  await expect(readMigrations(pathToFileURL(`${folder}/`))).rejects.toThrow(
    '0003-three.sql should have the number 2',
  );
});
