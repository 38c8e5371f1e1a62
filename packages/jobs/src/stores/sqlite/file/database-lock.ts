import { StoreError } from '../../../core/model/errors.ts';
import { faultCode } from '../sqlite-faults.ts';
import type { DatabaseFile } from './database-file.ts';
import { type FileLock, takeFileLock } from './file-lock.ts';

/**
 * Locks a database for one store of one process. Throws a `StoreError` of code `in_use` that names the
 * process which has it. A database in memory needs no lock.
 */
export function lockDatabase({ path }: DatabaseFile): FileLock {
  if (path === undefined) return { release: () => undefined };
  const outcome = takeLock(path);
  if (outcome.kind === 'locked') return outcome.lock;
  const { pid, host, isThisProcess } = outcome.holder;
  throw new StoreError(
    'in_use',
    isThisProcess
      ? `This process (pid ${pid} on ${host}) has the job database ${path} open already: use that store, or close it first.`
      : `The job database ${path} is in use by another process (pid ${pid} on ${host}): stop that process, or give this one a database file of its own. Several processes can share PostgreSQL.`,
  );
}

function takeLock(path: string) {
  try {
    return takeFileLock({ lockFile: `${path}.lock`, pidFile: `${path}.lock.pid` });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(faultCode(error), `The job database ${path} can't be locked: ${why}`, {
      cause: error,
    });
  }
}
