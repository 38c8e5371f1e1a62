import type { PlanInput } from '../../src/core/store/store-passes.ts';
import { type JobStore, StoreError } from '../../src/index.ts';

export type Fate = 'fails' | 'answer lost' | Promise<unknown>;

export interface UnsteadyStore {
  wrap(store: JobStore): JobStore;
  /**
   * Waits until the database has answered all calls and a few turns of the event loop have brought no other
   * one: the engine has nothing left to do at this instant.
   */
  quiet(): Promise<void>;
  /**
   * What happens to calls of these methods from now on; a promise keeps their answers back until it resolves.
   */
  make(fate: Fate | 'works', ...methods: readonly (keyof JobStore)[]): void;
  /** Reports each call of a method before it is made; a promise delays the call until it resolves. */
  watch(method: keyof JobStore, called: () => unknown): void;
  /** The next call of a method fails at once, but is done when the promise resolves. Resolves after that. */
  doLate(when: Promise<unknown>, method: keyof JobStore): Promise<void>;
  /** Calls of a method fail as long as their input fits. */
  refuse(method: keyof JobStore, fits: (input: readonly unknown[]) => boolean): void;
  /** Everything works again. */
  restore(): void;
}

/** The engine hands its work on from turn to turn, one at a time. */
const QUIET_TURNS = 5;

/**
 * Puts a store under the test's control: its calls fail, or are done and their answers get lost or come late.
 */
export function createUnsteadyStore(): UnsteadyStore {
  const fates = new Map<string, Fate>();
  const watchers = new Map<string, () => unknown>();
  const away = () => new StoreError('unavailable', 'The database is away.');
  const refusals = new Map<string, (input: readonly unknown[]) => boolean>();
  const late = new Map<string, (call: () => unknown) => void>();
  const underWay = new Set<Promise<unknown>>();
  const counted = async (call: () => unknown) => {
    const answer = Promise.try(call);
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };
  const under = async (name: string, input: readonly unknown[], call: () => unknown): Promise<unknown> => {
    const told = watchers.get(name)?.();
    if (told instanceof Promise) await told;
    const takeLate = late.get(name);
    if (takeLate !== undefined) {
      late.delete(name);
      takeLate(call);
      throw away();
    }
    const fate = fates.get(name);
    if (fate === 'fails' || refusals.get(name)?.(input) === true) throw away();
    const answer = await call();
    if (fate === 'answer lost') throw away();
    await fate;
    return answer;
  };
  /** A plan that brings a claim along is a claim, too: what befalls those befalls it. */
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
