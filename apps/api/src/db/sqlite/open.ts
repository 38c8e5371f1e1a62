import { type Compilable, Kysely } from 'kysely';
import type { AppDatabase, LookUp } from '../database.ts';
import { type Migration, readMigrations } from '../migration-files.ts';
import type { Database } from '../schema.ts';
import { type Channel, openInlineChannel, openThreadChannel } from './channel.ts';
import { sqliteDialect } from './driver.ts';
import { migrate } from './migrate.ts';

const READER_THREADS = 2;
/** What reads on an event loop that serves HTTP does not make that wait. Hardly anything keeps a reader waiting. */
const LOOK_UP_PATIENCE_MS = 50;
const MIGRATIONS = new URL('./migrations/', import.meta.url);

export interface SqliteDatabaseOptions {
  readonly file: string;
  readonly isolation: 'inline' | 'thread';
  readonly migrations?: readonly Migration[];
}

/** Opens and migrates a SQLite database: one connection that writes, one (`inline`) or two (`thread`) that read, and one for look-ups. */
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
  const lookUps = openInlineChannel({ file, readOnly: true, patienceMs: LOOK_UP_PATIENCE_MS });
  return {
    dialect: 'sqlite',
    kysely,
    lookUp: lookUpBy(lookUps),
    close: () => closeAll([lookUps, ...readers, writer]),
  };
}

function lookUpBy(channel: Channel): LookUp {
  return <Row>(query: Compilable<Row>) => {
    const { sql } = query.compile();
    return async (key: string) => {
      const { rows } = await channel.send({ kind: 'query', sql, parameters: [key] });
      // Kysely's types say what the columns hold; the rows come as the database gives them.
      return rows[0] as Row | undefined;
    };
  };
}

/** Readers first: the last to close empties the WAL into the file, which a reader may not. */
async function closeAll(channels: readonly Channel[]): Promise<void> {
  for (const channel of channels) await channel.close();
}
