/**
 * Whether the handler of a thread has begun: memory that the engine and the thread share, so that of an engine that takes the
 * run back and a thread that is about to begin, exactly one is first.
 */
export type HandlerStart = Int32Array<SharedArrayBuffer>;

const WAITS = 0;
const BEGUN = 1;
const TAKEN_BACK = 2;

export function createHandlerStart(): HandlerStart {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** For the next run of the thread. */
export function resetStart(start: HandlerStart): void {
  Atomics.store(start, 0, WAITS);
}

/** By the thread; false: the run was taken back, and its handler must not begin. */
export function beginHandler(start: HandlerStart): boolean {
  return Atomics.compareExchange(start, 0, WAITS, BEGUN) === WAITS;
}

/** By the engine; false: the handler has begun. */
export function takeBackStart(start: HandlerStart): boolean {
  return Atomics.compareExchange(start, 0, WAITS, TAKEN_BACK) === WAITS;
}
