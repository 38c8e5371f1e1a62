import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '@greenvue/jobs';
import { checkIntegrity, readDatabaseIdentity } from '@greenvue/jobs/sqlite';
import { dataFiles } from '../data-dir/data-dir.ts';
import { DATABASE_NAMES } from '../data-dir/replace-databases.ts';
import { NewerDatabaseError } from '../db/errors.ts';
import { bringUpToDate } from '../installation/bring-up-to-date.ts';
import { decideInstallation } from '../installation/decide-installation.ts';
import { readAppDatabase } from '../installation/open-installation.ts';
import { StartError } from '../start/start-error.ts';
import type { Backup } from './find-backup.ts';

/**
 * Copies a backup to `DATA_DIR/restoring` and makes sure that this version can start on it. Never changes the
 * backup. Needs the lock of DATA_DIR. Returns the id of its installation; undefined for a very old backup.
 * Throws a {@link StartError} if the backup can't be used.
 */
export async function stageBackup(dataDir: string, { folder, note }: Backup): Promise<string | undefined> {
  const { restoring } = dataFiles(dataDir);
  rmSync(restoring, { recursive: true, force: true });
  mkdirSync(restoring, { mode: 0o700 });
  for (const name of DATABASE_NAMES) {
    // The databases that a restore has replaced may have a log.
    for (const each of [name, `${name}-wal`]) {
      if (!existsSync(join(folder, each))) continue;
      copyFileSync(join(folder, each), join(restoring, each));
      // The copy has the mode of the backup, which may be read-only.
      chmodSync(join(restoring, each), 0o600);
    }
    await requireSound({ copy: join(restoring, name), original: join(folder, name) });
  }
  const files = dataFiles(restoring);
  const id = installationOf(files, folder);
  try {
    await bringUpToDate(files, { id: id ?? randomUUID(), isNew: false });
    return id;
  } catch (error) {
    const isNewer =
      error instanceof NewerDatabaseError || (error instanceof StoreError && error.code === 'newer_schema');
    if (!isNewer) throw error;
    throw new StartError(
      `The backup ${folder} was made by a newer version of GreenVue${note === undefined ? '' : ` (${note.version})`}, so nothing was restored: install that version and restore again, or restore an older backup.`,
      { cause: error },
    );
  }
}

async function requireSound({ copy, original }: { readonly copy: string; readonly original: string }) {
  const found = await checkIntegrity(copy).outcome;
  if (found.kind === 'sound') return;
  throw new StartError(
    `${original} is damaged (${found.why}), so nothing was restored: restore another backup.`,
  );
}

/** The id of both databases. */
function installationOf(
  files: { readonly app: string; readonly jobs: string },
  folder: string,
): string | undefined {
  const app = readAppDatabase(files.app);
  const jobs = readDatabaseIdentity(files.jobs);
  const refuse = (why: string) =>
    new StartError(
      `${folder} is not a backup of GreenVue (${why}), so nothing was restored: restore another backup.`,
    );
  if (app.kind !== 'filled') throw refuse('app.db has no accounts');
  if (jobs.kind !== 'filled') throw refuse('jobs.db has no table of jobs');
  const decision = decideInstallation({ app, jobs }, undefined);
  if (decision.kind === 'start') return decision.id;
  throw refuse('its databases belong to different installations');
}
