import type { Tables } from './tables.ts';

/** One call of a method of {@link Tables}. */
export type Call = {
  [M in keyof Tables]: { readonly method: M; readonly args: Parameters<Tables[M]> };
}[keyof Tables];

/**
 * A transaction, written once for all stores: it yields what it needs of the tables, one call at a time, and
 * is given the answer. A store whose database answers at once runs it with {@link runScript}; one that has
 * to wait, with {@link runScriptAsync}.
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

export function runScript<T>(script: Script<T>, tables: Tables): T {
  let step = script.next();
  while (step.done !== true) step = script.next(answer(tables, step.value));
  return step.value;
}

export async function runScriptAsync<T>(script: Script<T>, tables: AsyncTables): Promise<T> {
  let step = script.next();
  while (step.done !== true) step = script.next(await answer(tables, step.value));
  return step.value;
}

function answer(tables: Tables | AsyncTables, { method, args }: Call): unknown {
  const call = tables[method] as (...args: unknown[]) => unknown;
  return call(...args);
}
