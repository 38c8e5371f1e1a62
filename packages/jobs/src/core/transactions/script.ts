import type { Tables } from './tables.ts';

/** One call of a method of {@link Tables}. */
export type Call = {
  [M in keyof Tables]: { readonly method: M; readonly args: Parameters<Tables[M]> };
}[keyof Tables];

/**
 * A transaction, written once for all stores: it yields what it needs of the tables, one call at a time, and
 * is given the answer ({@link answerFrom}). A store whose database answers at once runs it with
 * {@link runScript}; one that has to wait, with {@link runScriptAsync}.
 */
export type Script<T> = Generator<Call, T, unknown>;

/** The tables of a store that has to wait for each answer. */
export type AsyncTables = {
  readonly [M in keyof Tables]: (...args: Parameters<Tables[M]>) => Promise<ReturnType<Tables[M]>>;
};

/** Calls a method of the tables: `const live = yield* ask('liveRuns', uids)`. */
export function* ask<M extends keyof Tables>(
  method: M,
  ...args: Parameters<Tables[M]>
): Generator<Call, ReturnType<Tables[M]>, unknown> {
  // The two functions below answer each call by its own method: TypeScript can't see that through a yield.
  return (yield { method, args } as Call) as ReturnType<Tables[M]>;
}

/** Runs a script to its end, and answers what it yields. */
export function runScript<Step, T, Answer>(
  script: Generator<Step, T, Answer>,
  answer: (step: Step) => Answer,
): T {
  let next = script.next();
  while (next.done !== true) next = script.next(answer(next.value));
  return next.value;
}

export async function runScriptAsync<Step, T, Answer>(
  script: Generator<Step, T, Answer>,
  answer: (step: Step) => Answer | Promise<Answer>,
): Promise<T> {
  let next = script.next();
  while (next.done !== true) next = script.next(await answer(next.value));
  return next.value;
}

/** Answers each call from the tables of a store. */
export function answerFrom(tables: Tables | AsyncTables): (call: Call) => unknown {
  return ({ method, args }) => {
    const call = tables[method] as (...args: unknown[]) => unknown;
    return call(...args);
  };
}
