import type { Tables } from './tables/tables.ts';

/** One call of a method of {@link Tables}. */
export type Call = {
  [M in keyof Tables]: { readonly method: M; readonly args: Parameters<Tables[M]> };
}[keyof Tables];

/**
 * A transaction that is written once for all stores. It yields calls of {@link Tables}, one at a time, and
 * receives each answer ({@link answerFrom}). A store with a synchronous database runs it with
 * {@link runScript}, the others with {@link runScriptAsync}.
 */
export type Script<T> = Generator<Call, T, unknown>;

/** The tables of a store with an asynchronous database. */
export type AsyncTables = {
  readonly [M in keyof Tables]: (...args: Parameters<Tables[M]>) => Promise<ReturnType<Tables[M]>>;
};

/** Calls a method of the tables: `const live = yield* ask('liveRuns', uids)`. */
export function* ask<M extends keyof Tables>(
  method: M,
  ...args: Parameters<Tables[M]>
): Generator<Call, ReturnType<Tables[M]>, unknown> {
  // TypeScript cannot type the value of a `yield`. {@link answerFrom} answers each call with its own method.
  return (yield { method, args } as Call) as ReturnType<Tables[M]>;
}

/** Runs a script to its end, and answers each call. */
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
