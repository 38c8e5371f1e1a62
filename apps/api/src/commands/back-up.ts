import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkIntegrity } from '@greenvue/jobs/sqlite';
import type { Config } from '../config/config.ts';
import { dataFiles } from '../data-dir/data-dir.ts';
import { StartError } from '../start/start-error.ts';

/**
 * Copies `app.db` and `jobs.db` to a folder, each as a consistent snapshot, while the server runs or not.
 * Returns the paths. Default folder: `DATA_DIR/backups/<time>`. Never overwrites files. Not for PostgreSQL.
 */
export async function backUp(config: Config, [target]: readonly string[]): Promise<string> {
  if (config.postgres !== undefined) {
    const place = new URL(config.postgres.url);
    // Every user of the machine can see the arguments of a command.
    place.password = '';
    throw new StartError(
      `DATABASE_URL is set, and this command backs up SQLite only. Use PostgreSQL's pg_dump: put the password in PGPASSWORD or ~/.pgpass, and run: pg_dump "${place.href}" > greenvue.sql`,
    );
  }
  const files = dataFiles(config.dataDir);
  const sources = [files.app, files.jobs].filter((file) => existsSync(file));
  if (sources.length === 0)
    throw new StartError(
      `There is no database in DATA_DIR ${config.dataDir} yet: set DATA_DIR to the folder of the server.`,
    );
  for (const source of sources) await requireSound(source);
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const folder = resolve(target ?? join(files.backups, stamp));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copies = sources.map((source) => ({ source, copy: join(folder, basename(source)) }));
  const taken = copies.find(({ copy }) => existsSync(copy));
  if (taken) throw new StartError(`${taken.copy} already exists: choose another folder.`);
  for (const { source, copy } of copies) await copyDatabase(source, copy);
  return copies.map(({ copy }) => copy).join('\n');
}

/** Copies a database atomically: an incomplete copy has another name. */
async function copyDatabase(source: string, copy: string): Promise<void> {
  const part = `${copy}.part`;
  rmSync(part, { force: true });
  // Created empty with mode 600, so that nobody else can read any of it.
  writeFileSync(part, '', { mode: 0o600 });
  const database = new DatabaseSync(source, { readOnly: true, timeout: 10_000 });
  try {
    database.prepare('VACUUM INTO ?').run(part);
  } finally {
    database.close();
  }
  await requireSound(part);
  renameSync(part, copy);
}

/**
 * Throws a {@link StartError} if a database is damaged: its backup would replace a good one.
 */
async function requireSound(file: string): Promise<void> {
  const found = await checkIntegrity(file).outcome;
  if (found.kind !== 'damaged') return;
  throw new StartError(
    `${file} is damaged (${found.why}), so no backup was made. Stop the server and restore the newest backup.`,
  );
}
