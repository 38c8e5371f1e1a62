import type { PlanInput } from '../../src/core/store/store-passes.ts';
import { type JobStore, StoreError } from '../../src/index.ts';

export type Fate = 'fails' | 'answer lost' | Promise<unknown>;

export interface UnsteadyStore {
  wrap(store: JobStore): JobStore;
  /**
   * Waits until the database has answered all calls and a few turns of the event loop brought no new call:
   * the engine is idle.
   */
  quiet(): Promise<void>;
  /** Sets the fate of later calls of these methods. A promise holds their answers back until it resolves. */
  make(fate: Fate | 'works', ...methods: readonly (keyof JobStore)[]): void;
  /** Resolves when the database has answered the next call of a method, whatever its fate. */
  made(method: keyof JobStore): Promise<void>;
  /** Reports each call of a method before it is made. A promise delays the call until it resolves. */
  watch(method: keyof JobStore, called: () => unknown): void;
  /** The next call of a method fails at once and is done when `when` resolves. Resolves after that. */
  doLate(when: Promise<unknown>, method: keyof JobStore): Promise<void>;
  /** Calls of a method fail while their input fits. */
  refuse(method: keyof JobStore, fits: (input: readonly unknown[]) => boolean): void;
  /** All calls work again. */
  restore(): void;
}

/** The engine continues its work from one turn of the event loop to the next. */
const QUIET_TURNS = 5;

/** Wraps a store: the test decides which calls fail, lose their answers or get them late. */
export function createUnsteadyStore(): UnsteadyStore {
  const fates = new Map<string, Fate>();
  const watchers = new Map<string, () => unknown>();
  const away = () => new StoreError('unavailable', 'The database is away.');
  const refusals = new Map<string, (input: readonly unknown[]) => boolean>();
  const late = new Map<string, (call: () => unknown) => void>();
  const answered = new Map<string, () => void>();
  const underWay = new Set<Promise<unknown>>();
  const counted = async (call: () => unknown) => {
    const answer = (async () => call())();
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };
  const under = async (name: string, input: readonly unknown[], call: () => unknown): Promise<unknown> => {
    const delay = watchers.get(name)?.();
    if (delay instanceof Promise) await delay;
    const takeLate = late.get(name);
    if (takeLate !== undefined) {
      late.delete(name);
      takeLate(call);
      throw away();
    }
    const fate = fates.get(name);
    if (fate === 'fails' || refusals.get(name)?.(input) === true) throw away();
    const answer = await call();
    answered.get(name)?.();
    if (fate === 'answer lost') throw away();
    await fate;
    return answer;
  };
  /** A plan that also claims counts as a claim, and fails like one. */
  const underAll = (name: string, input: readonly unknown[], call: () => unknown): Promise<unknown> => {
    const [plan] = input as readonly [PlanInput | undefined];
    const isClaim = name === 'plan' && plan?.claim !== undefined;
    return under(name, input, isClaim ? () => under('claim', [plan.claim], call) : call);
  };
  return {
    async quiet() {
      for (let quietTurns = 0; quietTurns < QUIET_TURNS; quietTurns++) {
        await new Promise<void>((resolve) => void setImmediate(resolve));
        if (underWay.size === 0) continue;
        await Promise.allSettled(underWay);
        quietTurns = -1;
      }
    },
    wrap: (store) =>
      new Proxy(store, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function' || name === 'now') return method;
          return (...input: readonly unknown[]) =>
            underAll(String(name), input, () => counted(() => Reflect.apply(method, target, input)));
        },
      }),
    make(fate, ...methods) {
      for (const method of methods) {
        if (fate === 'works') fates.delete(method);
        else fates.set(method, fate);
      }
    },
    made: (method) => new Promise((resolve) => answered.set(method, resolve)),
    watch: (method, called) => void watchers.set(method, called),
    async doLate(when, method) {
      const call = await new Promise<() => unknown>((resolve) => late.set(method, resolve));
      await when;
      await call();
    },
    refuse: (method, fits) => void refusals.set(method, fits),
    restore() {
      fates.clear();
      refusals.clear();
    },
  };
}
