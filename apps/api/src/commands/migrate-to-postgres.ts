import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { StoreContents, TableRows } from '@greenvue/jobs';
import { WriteTablesError, writePostgresContents, writeTables } from '@greenvue/jobs/postgres';
import { openSqliteContents as openJobContents } from '@greenvue/jobs/sqlite';
import { type ProgressScreen, showProgress } from '@greenvue/jobs-cli';
import { createSecretFiles, SECRET_NAMES, type SecretName } from '../auth/secrets/secrets.ts';
import { shareSecrets } from '../auth/secrets/shared-secrets.ts';
import type { Config } from '../config/config.ts';
import { dataFiles, lockDataDir } from '../data-dir/data-dir.ts';
import { databaseName } from '../data-dir/database-location.ts';
import { noteMoved, noteMoving, refuseMoved } from '../data-dir/move-notes.ts';
import { settleRestore } from '../data-dir/replace-databases.ts';
import { createSecretKeys } from '../data-dir/secret-keys.ts';
import { recordMove } from '../db/postgres/find-move.ts';
import { SCHEMA } from '../db/postgres/migrate.ts';
import { inOneTransaction, type OneTransaction } from '../db/postgres/open.ts';
import { openSqliteContents as openAppContents } from '../db/sqlite/contents.ts';
import { bringUpToDate, type DatabaseFiles } from '../installation/bring-up-to-date.ts';
import { openInstallation } from '../installation/open-installation.ts';
import { refuseLostWrites } from '../installation/refuse-lost-writes.ts';
import { fillIndex } from '../search/postgres/fill-index.ts';
import { StartError } from '../start/start-error.ts';
import { movedGuide } from './moved-guide.ts';

/**
 * Copies the installation in DATA_DIR, which no server may use, to the empty PostgreSQL at DATABASE_URL in
 * one transaction. Returns what was moved and what to do next. GreenVue then refuses to start on the folder.
 */
export async function migrateToPostgres(
  config: Config,
  screen: ProgressScreen = process.stderr,
): Promise<string> {
  const { dataDir, postgres } = config;
  if (postgres === undefined) {
    throw new StartError(
      'DATABASE_URL is not set: set it to an empty database, such as postgres://user:password@db.example.com:5432/greenvue',
    );
  }
  const files = dataFiles(dataDir);
  if (!existsSync(files.app) && !existsSync(files.jobs)) {
    throw new StartError(
      `There is no database to move in DATA_DIR ${dataDir}: set DATA_DIR to the folder of the server.`,
    );
  }
  await refuseUnsealed(config);
  const lock = await lockDataDir(dataDir);
  try {
    await refuseMoved(dataDir, postgres.url);
    settleRestore(dataDir);
    await refuseLostWrites(dataDir);
    await bringUpToDate(files, await openInstallation(config));
    const contents = openContents(files);
    try {
      const copied = await copy({ config, contents, url: postgres.url, screen });
      noteMoved(dataDir, databaseName(config));
      return movedGuide({ config, app: contents.app, jobs: contents.jobs.tables, ...copied });
    } finally {
      contents.close();
    }
  } finally {
    lock.release();
  }
}

/** Checked before rows are copied: without a key, the secrets of the folder can't move to the database. */
async function refuseUnsealed(config: Config): Promise<void> {
  if (createSecretKeys(config)() !== undefined) return;
  const files = createSecretFiles(config.dataDir);
  for (const name of SECRET_NAMES) {
    const secret = await files.find(name);
    if (secret === undefined) continue;
    throw new StartError(
      `${secret.where} can't move to PostgreSQL in plain text. Make a key with: openssl rand -base64 32. Set it as SECRETS_KEY for this command and on every node. Or delete the file if you don't need it.`,
    );
  }
}

interface Contents {
  readonly app: readonly TableRows[];
  readonly jobs: StoreContents;
  close(): void;
}

function openContents(files: DatabaseFiles): Contents {
  const app = openAppContents(files.app);
  const jobs = openJobContents(files.jobs);
  return {
    app: app.tables,
    jobs,
    close: () => {
      app.close();
      jobs.close();
    },
  };
}

interface Copied {
  readonly secrets: readonly SecretName[];
  /** Number of texts with a character that PostgreSQL rejects. */
  readonly replaced: number;
}

interface Copying {
  readonly config: Config;
  readonly contents: Contents;
  readonly url: string;
  readonly screen: ProgressScreen;
}

async function copy({ config, contents, url, screen }: Copying): Promise<Copied> {
  const wrote = countProgress(contents, screen);
  let isCopied = false;
  try {
    return await inOneTransaction(url, async (on) => {
      const copied = await copyWithin(on, { config, contents, wrote });
      await noteOnBothSides(on, { dataDir: config.dataDir, url });
      isCopied = true;
      return copied;
    });
  } catch (error) {
    const where = databaseName(config);
    if (error instanceof WriteTablesError) {
      throw new StartError(`${where}: ${error.message} Nothing was moved.`);
    }
    if (!isCopied) throw error;
    // The commit may have succeeded despite the error: this throws if it did, or if the database can't say.
    await refuseMoved(config.dataDir, url);
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `${where} did not commit (${why}). Nothing was moved. Run npm run -s migrate-to-postgres again.`,
    );
  }
}

/**
 * The last step before the commit. A later start that finds only this note asks the database whether the move
 * was committed.
 */
async function noteOnBothSides(
  { trx }: OneTransaction,
  { dataDir, url }: { readonly dataDir: string; readonly url: string },
): Promise<void> {
  const token = randomUUID();
  await recordMove(trx, token);
  noteMoving(dataDir, { token, url });
}

async function copyWithin(
  { trx, client }: OneTransaction,
  {
    config,
    contents,
    wrote,
  }: Pick<Copying, 'config' | 'contents'> & { readonly wrote: (rows: number) => void },
): Promise<Copied> {
  const app = await writeTables({ client, schema: SCHEMA, tables: contents.app, wrote });
  const secrets = await shareSecrets(config.dataDir, { database: trx, keys: createSecretKeys(config) });
  await fillIndex(trx, wrote);
  const jobs = await writePostgresContents({ client, contents: contents.jobs, wrote });
  return { secrets, replaced: app + jobs };
}

/** A listing counts twice: it is copied and indexed. */
function countProgress({ app, jobs }: Contents, screen: ProgressScreen): (rows: number) => void {
  const listings = app.filter(({ table }) => table === 'listings');
  const total = [...app, ...listings, ...jobs.tables].reduce((sum, { count }) => sum + count, 0);
  const progress = showProgress(screen, 'Moving');
  let done = 0;
  progress(done, total);
  return (rows) => {
    done += rows;
    progress(done, total);
  };
}
