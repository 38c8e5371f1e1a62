import type { JsonText } from './run.ts';

/** The success of a run, as its handler's own transaction has written it (P31, completion). */
export interface Completion {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly result?: JsonText;
}

/** A claim that its handler completes. */
export interface CompletionInput {
  readonly runId: string;
  readonly fence: number;
  /** Its claim names this node: a copy of the database in another place may have the same ids. */
  readonly node: string;
  readonly startedAt: number;
  readonly result?: JsonText;
}

/**
 * `already`: the run is completed, by this attempt or an earlier one. `cancelled`: somebody asked for the end
 * of the run before. `stale`: another node has the run, or it is none of this database.
 */
export type CompletionAnswer = 'completed' | 'already' | 'cancelled' | 'stale';
