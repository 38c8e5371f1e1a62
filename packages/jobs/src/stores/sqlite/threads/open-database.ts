import { StoreError } from '../../../core/model/errors.ts';
import { threadFile } from '../../../package-file.ts';
import type { RunLimits } from '../../rows/bounds.ts';
import { type DatabaseFile, resolveDatabaseFile } from '../file/database-file.ts';
import { lockDatabase } from '../file/file-lock.ts';
import { watchDatabaseFile } from '../file/file-watch.ts';
import type { OpenedInfo } from '../file/info.ts';
import { checkBeforeWork, type StartCheck } from '../file/integrity.ts';
import { findLogDamage } from '../file/log-damage.ts';
import type { ThreadData } from './protocol.ts';
import { ThreadChannel, ThreadLoadError } from './thread-channel.ts';

/** A locked database and its threads. */
export interface OpenDatabase {
  readonly writer: ThreadChannel;
  readonly reader: ThreadChannel;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly file: string;
  readonly databaseId: string | undefined;
  readonly limits?: RunLimits | undefined;
  readonly now: () => number;
  /** Called once, when the database is lost for good after it was opened. */
  lost(error: StoreError): void;
}

/**
 * Locks, opens and watches a database. Reads all of it if the last process that had it open died. Rejects
 * with a `StoreError`.
 */
export async function openDatabase({
  file,
  databaseId,
  limits,
  now,
  lost,
}: OpenDatabaseOptions): Promise<OpenDatabase> {
  const files = {
    writer: threadFile('stores/sqlite/threads/writer-thread'),
    reader: threadFile('stores/sqlite/threads/reader-thread'),
  };
  const target = resolveDatabaseFile(file);
  // Before the first read: another process may still be writing the files.
  const lock = lockDatabase(target);
  try {
    refuseLostWrites(target);
  } catch (error) {
    lock.release();
    throw error;
  }
  const data: ThreadData = { file: target.name, isInMemory: target.path === undefined, databaseId, limits };
  // Both start at once. The reader opens the database after the writer has migrated it.
  const writer = new ThreadChannel({ file: files.writer, data, now });
  const reader = new ThreadChannel({ file: files.reader, data, now });
  const giveBack: (() => void)[] = [() => lock.release()];
  // After an unclean end, the next start checks again unless a check has read the whole database.
  let isSound = () => false;
  const close = async () => {
    // The writer last: the last connection to close copies the log into the database.
    await reader.close();
    await writer.close(isSound() ? 'close' : 'close unchecked');
    for (const each of giveBack.splice(0)) each();
  };
  let isOpen = false;
  let lostBefore: StoreError | undefined;
  const lose = (error: StoreError) => {
    for (const channel of [writer, reader]) channel.lose(error);
    if (isOpen) lost(error);
    else lostBefore = error;
  };
  try {
    const info = (await writer.open()) as OpenedInfo;
    await reader.open();
    if (target.path !== undefined) {
      const gone = (what: string) => lose(goneError(what));
      const watch = await watchDatabaseFile({ file: target.path, gone });
      giveBack.push(() => watch.stop());
    }
    const check = info.endedUncleanly ? await checkAfterUncleanEnd(target, lose) : undefined;
    if (check !== undefined) giveBack.push(() => check.abandon());
    isSound = () => check?.isSound() ?? true;
    if (lostBefore !== undefined) throw lostBefore;
    isOpen = true;
    return { writer, reader, close };
  } catch (error) {
    await close();
    throw named(target, error);
  }
}

/** Throws a `StoreError` if the log of the last process is gone or damaged, and acknowledged writes with it. */
function refuseLostWrites({ path }: DatabaseFile): void {
  if (path === undefined) return;
  const why = findLogDamage(path);
  if (why !== undefined) throw new StoreError('damaged', lostWrites(path, why));
}

function lostWrites(path: string, why: string): string {
  return `The job database ${path} may have lost acknowledged writes (${why}): put the undamaged file back, or restore a backup. To start without the lost writes, remove ${path}-wal and ${path}-shm first.`;
}

/** An error with the name of the database, which SQLite leaves out. */
function named(target: DatabaseFile, error: unknown): unknown {
  const name = target.path ?? target.name;
  if (!(error instanceof StoreError) || error instanceof ThreadLoadError) return error;
  if (error.message.includes(name)) return error;
  if (error.code === 'damaged') return new DamagedError(target, error.message);
  if (error.code !== 'unavailable') return error;
  const message = `The job database ${name} can't be opened: ${error.message.replace(/\.$/, '')}. Check that this process may read and write it.`;
  return new StoreError('unavailable', message, { cause: error });
}

/** Throws if it finds damage soon; passes a `StoreError` to `lose` if it finds damage later. */
async function checkAfterUncleanEnd(
  target: DatabaseFile,
  lose: (error: StoreError) => void,
): Promise<StartCheck> {
  const check = await checkBeforeWork(target.name, (why) => lose(new DamagedError(target, why)));
  if (check.damage === undefined) return check;
  const error = new DamagedError(target, check.damage);
  // Ends the threads, so that the close does not record an orderly end.
  lose(error);
  throw error;
}

function goneError(what: string): StoreError {
  return new StoreError(
    'gone',
    `${what} while this process had it open. The process writes nothing more, because writes would be lost. Put the files back or restore a backup, then start again.`,
  );
}

class DamagedError extends StoreError {
  constructor({ name, path }: DatabaseFile, why: string) {
    const what = `The job database ${path ?? name} is damaged (${why})`;
    super('damaged', `${what}: stop this process, restore a backup, and start again.`);
  }
}
