import { readdir, readFile } from 'node:fs/promises';

/** A numbered `.sql` file. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** Reads the migrations in a folder, in the order of their numbers. */
export async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(FILE_NAME.exec(name)?.[1]);
      if (version !== index + 1) throw new Error(`migration ${name} should have the number ${index + 1}`);
      return { version, name, sql: await readFile(new URL(name, folder), 'utf8') };
    }),
  );
}
