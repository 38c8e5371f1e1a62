/** Whether a thread's handler has begun. Memory shared with the engine, so that only one of them wins. */
export type HandlerStart = Int32Array<SharedArrayBuffer>;

const WAITS = 0;
const BEGUN = 1;
const TAKEN_BACK = 2;

export function createHandlerStart(): HandlerStart {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Prepares for the next run of the thread. */
export function resetStart(start: HandlerStart): void {
  Atomics.store(start, 0, WAITS);
}

/** Called by the thread. False: the engine has taken the run back, so the handler must not begin. */
export function beginHandler(start: HandlerStart): boolean {
  return Atomics.compareExchange(start, 0, WAITS, BEGUN) === WAITS;
}

/** Called by the engine to take the run back. False: the handler has already begun. */
export function takeBackStart(start: HandlerStart): boolean {
  return Atomics.compareExchange(start, 0, WAITS, TAKEN_BACK) === WAITS;
}
