import { type Compilable, Kysely } from 'kysely';
import type { AppDatabase, LookUp } from '../database.ts';
import { type Migration, readMigrations } from '../migrations/migration-files.ts';
import type { Database } from '../schema.ts';
import { type Channel, openInlineChannel, openThreadChannel } from './channel.ts';
import { sqliteDialect } from './driver.ts';
import { migrate } from './migrate.ts';

const READER_THREADS = 2;
/**
 * What reads on an event loop that serves HTTP does not make that wait. Hardly anything keeps a reader
 * waiting.
 */
const LOOK_UP_PATIENCE_MS = 50;
const MIGRATIONS = new URL('./migrations/', import.meta.url);

export interface SqliteDatabaseOptions {
  readonly file: string;
  readonly isolation: 'inline' | 'thread';
  readonly migrations?: readonly Migration[];
}

/**
 * Opens and migrates a SQLite database: one connection that writes, and one that reads on the calling thread,
 * which with `thread` is for look-ups alone, beside two that read on theirs.
 */
export async function openSqlite({
  file,
  isolation,
  migrations,
}: SqliteDatabaseOptions): Promise<AppDatabase> {
  const isInline = isolation === 'inline';
  const writer = (isInline ? openInlineChannel : openThreadChannel)({ file, readOnly: false });
  try {
    await migrate(writer, { file, migrations: migrations ?? (await readMigrations(MIGRATIONS)) });
    // Only now is there certainly a file in WAL mode for them to open. First the one that can fail.
    const patience = isInline ? {} : { patienceMs: LOOK_UP_PATIENCE_MS };
    const here = openInlineChannel({ file, readOnly: true, ...patience });
    const readers = isInline
      ? [here]
      : Array.from({ length: READER_THREADS }, () => openThreadChannel({ file, readOnly: true }));
    return {
      dialect: 'sqlite',
      kysely: new Kysely<Database>({ dialect: sqliteDialect({ writer, readers }) }),
      lookUp: lookUpBy(here),
      close: () => closeAll([here, ...readers, writer]),
    };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function lookUpBy(channel: Channel): LookUp {
  return <Row>(query: Compilable<Row>) => {
    const { sql, parameters } = query.compile();
    if (parameters.length !== 1) throw new Error(`a look-up has one key: ${sql}`);
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
