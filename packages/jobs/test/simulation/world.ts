import { hashOf } from './random.ts';

/** The function of this process, which a simulation replaces for the engine. */
const realSetImmediate = globalThis.setImmediate;

/** Whose events stop when it dies, and wait while it is frozen. */
export interface Process {
  readonly name: string;
  isDead: boolean;
  /** Simulated ms. */
  frozenUntil: number;
}

interface Event {
  readonly at: number;
  readonly seq: number;
  readonly of: Process | undefined;
  readonly happen: () => void;
  isCancelled: boolean;
}

/** 2026-01-01. */
export const T0 = Date.UTC(2026, 0, 1);

/**
 * Simulated time, and all that happens in it: one event at a time, in the order of their times. No event
 * comes before the code that the earlier one has woken waits for another event.
 */
export class World {
  /** Simulated ms since the start. */
  elapsed = 0;
  /** How far the wall clock has jumped. */
  jumped = 0;
  steps = 0;
  /** The process whose code runs. */
  current: Process | undefined;
  /** What the code of the engine has asked of the real world. */
  readonly leaks: string[] = [];
  /** The last events, in words, if `keepsTrace`. */
  readonly trace: string[] = [];
  readonly keepsTrace: boolean;
  #hash = 0;
  #lastSeq = 0;
  readonly #heap: Event[] = [];

  constructor({ keepsTrace = false }: { readonly keepsTrace?: boolean } = {}) {
    this.keepsTrace = keepsTrace;
  }

  /** Of all that has happened: equal for equal runs. */
  get traceHash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  /** The time of the database's clock. */
  get wall(): number {
    return Math.floor(T0 + this.elapsed + this.jumped);
  }

  note(what: string): void {
    this.#hash = hashOf(what, this.#hash ^ Math.floor(this.elapsed));
    if (this.keepsTrace) this.trace.push(`${(this.elapsed / 1000).toFixed(3).padStart(9)}s  ${what}`);
  }

  /** A detail, only for people. */
  explain(what: string): void {
    this.trace.push(`${' '.repeat(14)}${what}`);
  }

  /** Returns a function that cancels the event. */
  after(ms: number, of: Process | undefined, happen: () => void): () => void {
    this.#lastSeq += 1;
    const event = { at: this.elapsed + Math.max(ms, 0), seq: this.#lastSeq, of, happen, isCancelled: false };
    push(this.#heap, event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Lets all happen up to `until`, and calls `check` after each event; ends early if that returns true. */
  async run(until: number, check: () => boolean): Promise<void> {
    for (let event = this.#heap[0]; event !== undefined && event.at <= until; event = this.#heap[0]) {
      pop(this.#heap);
      if (event.isCancelled || event.of?.isDead === true) continue;
      if (event.of !== undefined && event.of.frozenUntil > event.at) {
        push(this.#heap, { ...event, at: event.of.frozenUntil });
        continue;
      }
      this.elapsed = event.at;
      this.steps += 1;
      this.current = event.of;
      event.happen();
      // All promises that the event has settled call back before this one.
      await new Promise<void>((resolve) => void realSetImmediate(resolve));
      if (check()) return;
    }
    this.elapsed = Math.max(this.elapsed, until);
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

function push(heap: Event[], event: Event): void {
  let place = heap.length;
  while (place > 0) {
    const parent = heap[(place - 1) >> 1];
    if (parent === undefined || !isBefore(event, parent)) break;
    heap[place] = parent;
    place = (place - 1) >> 1;
  }
  heap[place] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[place] = child;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = last;
}
