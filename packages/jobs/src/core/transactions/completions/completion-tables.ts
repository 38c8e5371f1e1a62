import type { Completion } from '../../model/completion.ts';

/** The operations on completions by handlers' own transactions (P31, completion). */
export interface CompletionTables {
  /** Removes the completions of locked runs. Returns them by run. */
  takeCompletions(runIds: readonly (string | number)[]): ReadonlyMap<number, Completion>;
  findCompletion(runId: string): Completion | undefined;
}

export const NO_COMPLETIONS: ReadonlyMap<number, Completion> = new Map();

/** Of a store whose transactions handlers can't share. */
export const WITHOUT_COMPLETIONS: CompletionTables = {
  takeCompletions: () => NO_COMPLETIONS,
  findCompletion: () => undefined,
};
