/** A clock and timers that only move when a test advances them. */
export interface ManualTimers {
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
  /** Runs the timers of the next `ms` in order, and lets promises settle in between. */
  readonly advance: (ms: number) => Promise<void>;
  readonly waiting: () => number;
}

export function manualTimers(): ManualTimers {
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  let time = 0;
  let last = 0;
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => time,
    setTimer: (run, ms) => {
      last += 1;
      timers.set(last, { at: time + ms, run });
      return last;
    },
    clearTimer: (timer) => {
      timers.delete(timer);
    },
    advance: async (ms) => {
      const end = time + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= end).toSorted(([, a], [, b]) => a.at - b.at);
        if (next === undefined) break;
        const [id, { at, run }] = next;
        timers.delete(id);
        time = Math.max(time, at);
        run();
        await settle();
      }
      time = end;
    },
    waiting: () => timers.size,
  };
}
