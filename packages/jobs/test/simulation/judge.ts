import type { MemoryDatabase } from '../../src/stores/memory/index.ts';
import type { Ledger } from './ledger.ts';
import { Past } from './past.ts';
import { AT_END, PROMISES } from './promises/promises.ts';
import type { ArrivedCall } from './simulated-network.ts';
import { inWords, type Step, StepRecorder } from './steps.ts';
import type { World } from './world.ts';

export interface Violation {
  /** Such as `P5, one run per slot`. */
  readonly promise: string;
  readonly what: string;
}

export interface JudgeDeps {
  readonly world: World;
  readonly database: MemoryDatabase;
  readonly ledger: Ledger;
}

/** Watches the database and the ledger, and notes the first promise that is violated. */
export function judge({ world, database, ledger }: JudgeDeps) {
  const recorder = new StepRecorder(database);
  const past = new Past(database, ledger);
  let violation: Violation | undefined;
  return {
    get violation(): Violation | undefined {
      if (violation === undefined && world.leaks.length > 0)
        violation = { promise: 'no real time', what: world.leaks.join('; ') };
      return violation;
    },
    /** After each call of the store. */
    called({ client, method, args, isRefused }: ArrivedCall): void {
      const { wall: now, elapsed } = world;
      const step: Step = { method, args, by: client, isRefused, now, elapsed, ...recorder.take() };
      if (world.keepsTrace) for (const line of inWords(step)) world.explain(line);
      past.before(step);
      for (const [promise, check] of Object.entries(PROMISES)) {
        if (violation !== undefined) return;
        const what = check(step, past);
        if (what !== undefined) {
          violation = { promise, what };
          world.note(`VIOLATED ${promise}: ${what}`);
        }
      }
      past.after(step);
    },
    /** When all faults are over, and time has passed. */
    atEnd(): Violation | undefined {
      for (const [promise, check] of Object.entries(AT_END)) {
        const what = check(past, world.wall);
        if (what !== undefined) return { promise, what };
      }
      return undefined;
    },
  };
}
