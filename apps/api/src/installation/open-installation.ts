import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Config } from '../config/config.ts';
import { dataFiles } from '../data-dir/data-dir.ts';
import type { Database } from '../db/schema.ts';
import { StartError } from '../start/start-error.ts';
import { decideInstallation, type FoundDatabases, type InstallationDecision } from './decide-installation.ts';

/** The two databases of a DATA_DIR, found to belong together. */
export interface Installation {
  /** The id of both databases; `jobs.db` gets it when it is opened. */
  readonly id: string;
  /**
   * There is no `jobs.db` yet, so the id goes into `app.db` first. Otherwise `jobs.db` gets it first: an
   * interrupted start must not look like two installations.
   */
  readonly isNew: boolean;
  /** The last server on the folder was killed or lost power: both databases must be read completely. */
  readonly endedUncleanly: boolean;
}

/**
 * Checks the databases of DATA_DIR before the server opens them. Throws a {@link StartError} when one is
 * missing or empty beside the other, or when they belong to two installations. Otherwise a server would
 * silently begin empty.
 */
export async function openInstallation({
  dataDir,
  acceptDatabaseLoss,
}: Pick<Config, 'dataDir' | 'acceptDatabaseLoss'>): Promise<Installation> {
  const { readDatabaseIdentity, replaceDatabaseId } = await import('@greenvue/jobs/sqlite');
  const files = dataFiles(dataDir);
  const jobs = readDatabaseIdentity(files.jobs);
  const decision = decideInstallation({ app: readAppDatabase(files.app), jobs }, acceptDatabaseLoss);
  const about = { isNew: jobs.kind === 'empty', endedUncleanly: jobs.kind === 'filled' && !jobs.isClosed };
  switch (decision.kind) {
    case 'start':
      return { id: decision.id ?? randomUUID(), ...about };
    case 'accept_loss': {
      const id = randomUUID();
      if (decision.kept === 'jobs') replaceDatabaseId(files.jobs, id);
      return { id, ...about };
    }
    case 'lost':
      throw new StartError(lostLine(decision, dataDir));
    case 'mixed':
      throw new StartError(
        `app.db and jobs.db in DATA_DIR ${dataDir} belong to different installations (ids ${decision.ids.app} and ${decision.ids.jobs ?? 'none'}): restore both from the same backup.`,
      );
    default:
      return decision satisfies never;
  }
}

/** Notes the id in `app.db`. To be called before there are accounts in it. */
export async function noteInstallation(
  database: Kysely<Database>,
  { id }: Pick<Installation, 'id'>,
): Promise<void> {
  await database
    .insertInto('settings')
    .values({ key: KEY, value: id })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: id }))
    .execute();
}

const KEY = 'installation';

function lostLine({ lost, accept }: InstallationDecision & { kind: 'lost' }, dataDir: string): string {
  const [holds, gone] =
    lost === 'jobs.db'
      ? ['accounts in app.db', 'all jobs and their history']
      : ['jobs in jobs.db', 'all accounts, tokens and listings'];
  return `DATA_DIR ${dataDir} has ${holds}, but ${lost} is missing or empty, and with it ${gone}. Restore both files from the same backup. To start with a new, empty ${lost}, set ACCEPT_DATABASE_LOSS=${accept} for one start.`;
}

/** The state of `app.db`, read before it is opened. */
export function readAppDatabase(file: string): FoundDatabases['app'] {
  if (!existsSync(file)) return { kind: 'empty', hasAccounts: false };
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
    try {
      if (database.prepare(HAS_TABLES).get() === undefined) return { kind: 'empty', hasAccounts: false };
      const id = database.prepare(FIND_ID).get(KEY)?.value;
      const hasAccounts = database.prepare(AN_ACCOUNT).get() !== undefined;
      if (id === undefined && !hasAccounts) return { kind: 'empty', hasAccounts };
      return { kind: 'filled', id: typeof id === 'string' ? id : undefined, hasAccounts };
    } finally {
      database.close();
    }
  } catch {
    return { kind: 'unreadable', hasAccounts: false };
  }
}

const HAS_TABLES = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'settings'";
const FIND_ID = 'SELECT value FROM settings WHERE key = ?';
const AN_ACCOUNT = 'SELECT 1 FROM users LIMIT 1';
