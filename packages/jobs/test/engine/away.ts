import { expect } from 'vitest';
import type { Harness } from './engine-harness.ts';

/** Helpers for tests with an unavailable database. Each test has a harness of its own. */
export function whileAway(harness: () => Harness) {
  return {
    trigger: async () => (await harness().engine.trigger('job')).run.id,
    runOf: async (id: string) => (await harness().engine.getRun(id)).run,
    tickThrough: async () => {
      await expect(harness().engine.tick()).rejects.toMatchObject({ code: 'unavailable' });
    },
  };
}

/** Turns of the event loop, enough for the engine to see that a handler has returned. */
export async function turns(): Promise<void> {
  for (let n = 0; n < 3; n++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
