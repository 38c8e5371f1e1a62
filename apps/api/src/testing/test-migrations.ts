import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { type Migration, readMigrations } from '../db/migrations/migration-files.ts';
import { openPostgres } from '../db/postgres/open.ts';
import type { Database } from '../db/schema.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { createTestPostgres, type Dialect, temporaryFolder } from './test-database.ts';

/** A database of the version before a migration, for rows as that version wrote them. */
export interface DatabaseBefore {
  readonly kysely: Kysely<Database>;
  /** Closes it, and gives the environment of an app that opens it and migrates it. */
  migrate(): Promise<Readonly<Record<string, string>>>;
}

/** Makes a database of the version before the migration `NNNN-<name>.sql`. */
export async function openBefore(dialect: Dialect, name: string): Promise<DatabaseBefore> {
  const migrations = await migrationsBefore(new URL(`../db/${dialect}/migrations/`, import.meta.url), name);
  if (dialect === 'postgres') {
    const url = await createTestPostgres();
    const { kysely, close } = await openPostgres({ url, connections: 2, migrations });
    return { kysely, migrate: () => close().then(() => ({ DATABASE_URL: url })) };
  }
  const folder = await temporaryFolder();
  const { kysely, close } = await openSqlite({
    file: join(folder, 'app.db'),
    isolation: 'inline',
    migrations,
  });
  return { kysely, migrate: () => close().then(() => ({ DATA_DIR: folder })) };
}

async function migrationsBefore(folder: URL, name: string): Promise<readonly Migration[]> {
  const all = await readMigrations(folder);
  const at = all.findIndex((migration) => migration.name.endsWith(`-${name}.sql`));
  if (at < 0) throw new Error(`there is no migration ${name}`);
  return all.slice(0, at);
}
