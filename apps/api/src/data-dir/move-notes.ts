import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { StartError } from '../start/start-error.ts';
import { dataFiles } from './data-dir.ts';
import { databaseName } from './database-location.ts';
import { writeDurably } from './durable-files.ts';

/** A move of DATA_DIR to PostgreSQL, just before its commit. */
export interface Move {
  /** Token that the move also writes to the database. */
  readonly token: string;
  /** The database, without the password. */
  readonly url: string;
}

const moveSchema = z.strictObject({ token: z.string().min(1), url: z.url() });

/** Stores the target of a move before its commit, so that a later start can check for the commit. */
export function noteMoving(dataDir: string, { token, url }: Move): void {
  const place = new URL(url);
  place.password = '';
  writeDurably(dataFiles(dataDir).moving, JSON.stringify({ token, url: place.href }));
}

/** Stores in DATA_DIR that its data has moved; `where` is for people. */
export function noteMoved(dataDir: string, where: string): void {
  const { moved, moving } = dataFiles(dataDir);
  writeDurably(moved, `${where} at ${new Date().toISOString()}\n`);
  rmSync(moving, { force: true });
}

/**
 * Throws a {@link StartError} if the data of DATA_DIR has moved, or if it can't find out whether an
 * interrupted move was committed: two servers with the same data would send the same mails and diverge. `url`
 * is the database of the next move; it may have the password that the note omits.
 */
export async function refuseMoved(dataDir: string, url?: string): Promise<void> {
  const { moved, moving } = dataFiles(dataDir);
  const isOpen = !existsSync(moved) && existsSync(moving);
  if (isOpen && !(await settleMove(dataDir, url))) rmSync(moving, { force: true });
  if (!existsSync(moved)) return;
  throw new StartError(
    `DATA_DIR ${dataDir} was moved to ${readFileSync(moved, 'utf8').trim()}: set DATABASE_URL to that. To go back to the folder as it was then, remove ${moved}.`,
  );
}

/**
 * Throws a {@link StartError} if a move of DATA_DIR to this database was interrupted before its commit: the
 * server would start with an empty database.
 */
export async function requireMoved(dataDir: string, url: string): Promise<void> {
  const { moving } = dataFiles(dataDir);
  if (!existsSync(moving) || nameOf(readMove(moving).url) !== nameOf(url)) return;
  if (await settleMove(dataDir, url)) return;
  throw new StartError(
    `The move of DATA_DIR ${dataDir} to ${nameOf(url)} was interrupted, and nothing was moved. Run npm run -s migrate-to-postgres again. To start with an empty database instead, remove ${moving}.`,
  );
}

/** Finds out whether an interrupted move was committed, and stores that. */
async function settleMove(dataDir: string, url: string | undefined): Promise<boolean> {
  const { moving } = dataFiles(dataDir);
  const move = readMove(moving);
  const where = nameOf(move.url);
  const isSame = url !== undefined && nameOf(url) === where;
  let isCommitted: boolean;
  try {
    const { isMoveCommitted } = await import('../db/postgres/find-move.ts');
    isCommitted = await isMoveCommitted(isSame ? url : move.url, move.token);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `A move of DATA_DIR ${dataDir} to ${where} was interrupted during its commit, and the database can't say whether it was committed (${why}). Run npm run -s migrate-to-postgres with the DATABASE_URL of that database: it checks, and moves the data if that has not happened yet.`,
    );
  }
  if (isCommitted) noteMoved(dataDir, where);
  return isCommitted;
}

function readMove(file: string): Move {
  try {
    return moveSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new StartError(
      `${file} can't be read. It should name the database of an interrupted move. If that database contains no rows of GreenVue, remove the file.`,
      { cause: error },
    );
  }
}

const nameOf = (url: string): string => databaseName({ dataDir: '', postgres: { url, directUrl: url } });
