/** The functions of this process, even while a test runner has replaced them by fake ones. */
const { setImmediate: realSetImmediate, setTimeout: realSetTimeout } = globalThis;

export const realNow: () => number = performance.now.bind(performance);

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void realSetImmediate(resolve));
}

export function realSleep(ms: number): Promise<void> {
  return new Promise((resolve) => void realSetTimeout(resolve, ms));
}

/** Throws while fake timers of a test runner are on: they would stop the engine and the handlers. */
export function refuseFakeTimers(): void {
  if (globalThis.setImmediate === realSetImmediate) return;
  throw new Error(
    'The test runner has replaced setImmediate by a fake, so no handler can run. Fake only the date, for example with vi.useFakeTimers({ toFake: ["Date"] }).',
  );
}
