import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createApiTokens } from '../auth/tokens/api-tokens.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { dataFiles, openDataDir } from '../data-dir/data-dir.ts';
import { databaseLocation } from '../data-dir/database-location.ts';
import { refuseMoved } from '../data-dir/move-notes.ts';
import type { StartScreen } from '../data-dir/private-folder.ts';
import { settleRestoreAlone } from '../data-dir/replace-databases.ts';
import { createDatabase } from '../db/create-database.ts';
import { openInstallation } from '../installation/open-installation.ts';

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
    if (!existsSync(dataFiles(config.dataDir).app)) {
      // Refuses if there is a jobs.db: a new app.db would hide the loss of the old one.
      await openInstallation(config);
      screen.write(`There was no database in DATA_DIR ${resolve(config.dataDir)}: created a new one.\n`);
    }
  }
  const opened = await createDatabase({ isolation: 'inline', ...databaseLocation(config) });
  try {
    const { secret } = await createApiTokens({ database: opened.kysely, lookUp: opened.lookUp, clock }).make({
      name: 'cli',
      role: 'admin',
      expiresAt: clock.now() + TOKEN_MS,
      actor: { id: 'cli', name: 'cli' },
    });
    return secret;
  } finally {
    await opened.close();
  }
}
