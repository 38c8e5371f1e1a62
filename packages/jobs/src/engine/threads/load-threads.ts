import type { Registry } from '../job-types/registry.ts';
import type { Settings } from '../options.ts';
import type { ThreadPool } from './thread-pool.ts';

/** A module that takes longer than this to load (ms) counts as one that does not load. */
const LOAD_LIMIT_MS = 30_000;

export interface LoadThreadsDeps {
  readonly threads: ThreadPool;
  readonly registry: Registry;
  readonly settings: Settings;
}

/**
 * Loads the modules of the job types that run in threads, before anything runs: a bundle may lack one, or one
 * may start an engine of its own. Throws one error that names all faults, or when `stopping` fires.
 */
export async function loadThreads(
  { threads, registry, settings }: LoadThreadsDeps,
  stopping: AbortSignal,
): Promise<void> {
  const { clock, concurrency, autoRun } = settings;
  const handlers = registry.types.flatMap(({ thread }) => thread ?? []);
  // With no places, no handler ever runs here.
  if (handlers.length === 0 || concurrency === 0 || !autoRun || stopping.aborted) return;
  const late = Promise.withResolvers<readonly string[]>();
  const cancel = clock.setTimer(LOAD_LIMIT_MS, () =>
    late.resolve([
      `${threads.loading.join(' and ') || 'the modules of the job types'} did not load within ${LOAD_LIMIT_MS / 1_000} s in a thread. Move work that takes long out of what runs at import`,
    ]),
  );
  const stopped = () => late.resolve(['it was stopped before the modules of the job types were loaded']);
  stopping.addEventListener('abort', stopped);
  try {
    const faults = await Promise.race([threads.load(handlers), late.promise]);
    if (faults.length > 0) throw new Error(`The engine can't start: ${faults.join('; ')}`);
  } catch (error) {
    await threads.end();
    throw error;
  } finally {
    cancel();
    stopping.removeEventListener('abort', stopped);
  }
}
