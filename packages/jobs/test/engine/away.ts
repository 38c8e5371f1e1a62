import { expect } from 'vitest';
import type { Harness } from './engine-harness.ts';

/**
 * What tests of a database that is away do with the job of their harness, which is another one in each test.
 */
export function whileAway(harness: () => Harness) {
  return {
    trigger: async () => (await harness().engine.trigger('job')).view.run.id,
    runOf: async (id: string) => (await harness().engine.getRun(id)).run,
    tickThrough: async () => {
      await expect(harness().engine.tick()).rejects.toMatchObject({ code: 'unavailable' });
    },
  };
}

/** Long enough for a handler that has returned to be seen to have ended. */
export async function turns(): Promise<void> {
  for (let n = 0; n < 3; n++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
