import { Kysely } from 'kysely';
import type { AppDatabase } from '../database.ts';
import { type Migration, readMigrations } from '../migration-files.ts';
import type { Database } from '../schema.ts';
import { type Channel, openInlineChannel, openThreadChannel } from './channel.ts';
import { sqliteDialect } from './driver.ts';
import { migrate } from './migrate.ts';

const READER_THREADS = 2;
const MIGRATIONS = new URL('./migrations/', import.meta.url);

export interface SqliteDatabaseOptions {
  readonly file: string;
  readonly isolation: 'inline' | 'thread';
  readonly migrations?: readonly Migration[];
}

/** Opens and migrates a SQLite database: one connection that writes and one (`inline`) or two (`thread`) that read. */
export async function openSqlite(options: SqliteDatabaseOptions): Promise<AppDatabase> {
  const open = options.isolation === 'inline' ? openInlineChannel : openThreadChannel;
  const { file } = options;
  const writer = open({ file, readOnly: false });
  try {
    await migrate(writer, { file, migrations: options.migrations ?? (await readMigrations(MIGRATIONS)) });
  } catch (error) {
    await writer.close();
    throw error;
  }
  // Only now is there certainly a file in WAL mode for them to open.
  const readers: readonly Channel[] = Array.from(
    { length: options.isolation === 'inline' ? 1 : READER_THREADS },
    () => open({ file, readOnly: true }),
  );
  const kysely = new Kysely<Database>({ dialect: sqliteDialect({ writer, readers }) });
  return { dialect: 'sqlite', kysely, close: () => closeAll([...readers, writer]) };
}

/** Readers first: the last to close empties the WAL into the file, which a reader may not. */
async function closeAll(channels: readonly Channel[]): Promise<void> {
  for (const channel of channels) await channel.close();
}
