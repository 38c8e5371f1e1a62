import { expect } from 'vitest';
import { type Harness, T0 } from './engine-harness.ts';

export const SLOT = T0 + 10_000;
/** The schedule of a job whose first slot is `SLOT`. */
export const EVERY = { onDemand: false, interval: '10s' } as const;

/** What tests about a slot that comes soon do with the engine of the present test. */
export function beforeSlot(h: () => Harness) {
  /** When handlers were called. */
  const starts: number[] = [];
  const runs = async () => (await h().engine.listRuns({ limit: 9 })).rows.map(({ run }) => run);
  const passUntil = (at: number, stepMs?: number) => h().passUntil(at, stepMs);
  return {
    starts,
    runs,
    passUntil,
    /** Handlers only note when they were called. Forgets earlier calls. */
    noteStarts() {
      starts.length = 0;
      h().deps.handler = () => void starts.push(h().clock.now());
    },
    /** The run of a future slot is claimed. */
    async claimedAhead() {
      await passUntil(SLOT - 40);
      await expect.poll(runs).toMatchObject([{ status: 'queued', scheduledFor: SLOT, claim: {} }]);
      expect(starts).toEqual([]);
    },
  };
}
