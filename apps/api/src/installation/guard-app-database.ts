import { StartError } from '../start/start-error.ts';

/** Watches `app.db` while it is open. */
export interface AppDatabaseGuard {
  /**
   * Fires, with an `Error` as its reason, once the file was removed or replaced, or is found to be damaged.
   */
  readonly lost: AbortSignal;
  stop(): void;
}

/**
 * Watches the file of `app.db`, and, after an unclean end, reads all of it in a thread, as the jobs' store
 * does with its own. Throws a {@link StartError} when damage is found within a second.
 */
export async function guardAppDatabase({
  file,
  endedUncleanly,
}: {
  readonly file: string;
  readonly endedUncleanly: boolean;
}): Promise<AppDatabaseGuard> {
  const { watchDatabaseFile } = await import('@greenvue/jobs/sqlite');
  const losing = new AbortController();
  const gone = (what: string) =>
    losing.abort(
      new StartError(
        `${what} while GreenVue had it open. The process ends, because writes would be lost. Put the files back or restore a backup, then start again.`,
      ),
    );
  const check = endedUncleanly ? await checkNow(file, losing) : undefined;
  const watch = await watchDatabaseFile({ file, gone });
  return {
    lost: losing.signal,
    stop() {
      watch.stop();
      check?.abandon();
    },
  };
}

async function checkNow(file: string, losing: AbortController): Promise<{ abandon(): void }> {
  const { checkBeforeWork } = await import('@greenvue/jobs/sqlite');
  const damaged = (why: string) =>
    new StartError(`The database ${file} is damaged (${why}): restore a backup, and start again.`);
  const check = await checkBeforeWork(file, (why) => losing.abort(damaged(why)));
  if (check.damage !== undefined) throw damaged(check.damage);
  return check;
}
