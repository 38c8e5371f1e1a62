import type { Clock } from '../../core/clock.ts';
import type { ThreadPool } from './thread-pool.ts';

/** How long to wait for threads to end (ms). A thread in a long native call can't be ended. */
const END_LIMIT_MS = 2_000;

/** Ends all threads, and waits a moment for it. Leaves no timer that would keep the process alive. */
export async function endThreads(threads: ThreadPool, { clock }: { readonly clock: Clock }): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const cancel = clock.setTimer(END_LIMIT_MS, limit.resolve);
  try {
    await Promise.race([threads.close(), limit.promise]);
  } finally {
    cancel();
  }
}
