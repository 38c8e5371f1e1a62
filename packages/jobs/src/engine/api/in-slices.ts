import type { Clock } from '../../core/clock.ts';

/** After this time, the event loop does other work first (ms). */
const SLICE_MS = 5;

/** Runs long work that yields after each small part, and lets handlers and requests go on in between. */
export async function inSlices<T>(clock: Clock, work: Generator<void, T>): Promise<T> {
  let sliceEnd = clock.monotonic() + SLICE_MS;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (clock.monotonic() < sliceEnd) continue;
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
    sliceEnd = clock.monotonic() + SLICE_MS;
  }
}
