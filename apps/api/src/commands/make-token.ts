import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createApiTokens } from '../auth/tokens/api-tokens.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { dataFiles, openDataDir } from '../data-dir/data-dir.ts';
import { databaseLocation } from '../data-dir/database-location.ts';
import { fileIdentity } from '../data-dir/durable-files.ts';
import { refuseMoved } from '../data-dir/move-notes.ts';
import type { StartScreen } from '../data-dir/private-folder.ts';
import { settleRestoreAlone } from '../data-dir/replace-databases.ts';
import { createDatabase } from '../db/create-database.ts';
import { openInstallation } from '../installation/open-installation.ts';
import { refuseLostWritesAlone } from '../installation/refuse-lost-writes.ts';
import { StartError } from '../start/start-error.ts';

const TOKEN_MS = 30 * 86_400_000;

/**
 * Creates an API token of an admin, valid for 30 days, while the server runs or not, and returns its secret.
 * If there is no database, creates one and says so on `screen`, for people who run it in another folder than
 * the server's.
 */
export async function makeToken(
  config: Config,
  _args: readonly string[] = [],
  screen: StartScreen = process.stderr,
): Promise<string> {
  const clock: Clock = { now: () => Date.now() };
  if (config.postgres === undefined) {
    openDataDir(config.dataDir, screen);
    await refuseMoved(config.dataDir);
    await settleRestoreAlone(config.dataDir);
    await refuseLostWritesAlone(config.dataDir);
    if (!existsSync(dataFiles(config.dataDir).app)) {
      // Refuses if there is a jobs.db: a new app.db would hide the loss of the old one.
      await openInstallation(config);
      screen.write(`There was no database in DATA_DIR ${resolve(config.dataDir)}: created a new one.\n`);
    }
  }
  const before = appIdentity(config);
  const opened = await createDatabase({ isolation: 'inline', ...databaseLocation(config) });
  const identity = before ?? appIdentity(config);
  try {
    const { secret } = await createApiTokens({ database: opened.kysely, lookUp: opened.lookUp, clock }).make({
      name: 'cli',
      role: 'admin',
      expiresAt: clock.now() + TOKEN_MS,
      actor: { id: 'cli', name: 'cli' },
    });
    // A restore that began meanwhile moved this database away, and the token with it.
    if (appIdentity(config) !== identity)
      throw new StartError(
        `A restore has replaced the databases in DATA_DIR ${config.dataDir} meanwhile, so the token is not valid: run greenvue token again.`,
      );
    return secret;
  } finally {
    await opened.close();
  }
}

/** Changes when a restore replaces `app.db`. Undefined on PostgreSQL. */
function appIdentity({ dataDir, postgres }: Config): string | undefined {
  const { app } = dataFiles(dataDir);
  return postgres === undefined ? fileIdentity(app) : undefined;
}
