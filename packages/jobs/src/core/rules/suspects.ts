import type { LiveRun } from '../model/run.ts';

/** A run that was lost this many times with its process may be the cause (P9, lost nodes). */
export const SUSPECT_FROM = 2;

/** The wait after the loss that makes a suspect; each further loss doubles it. */
const FIRST_BACKOFF_MS = 1_000;

/** While one suspect runs, nodes check this often whether it has ended, so that the next one starts. */
export const SUSPECTS_AGAIN_MS = 250;

/** Whether a run is a suspect: of all suspects, on all nodes, only one runs at a time (P9, lost nodes). */
export function isSuspect({ recoveries }: Pick<LiveRun, 'recoveries'>): boolean {
  return recoveries >= SUSPECT_FROM;
}

/** How long a suspect waits after its last loss (ms): 1 s, 2 s, 4 s, 8 s. */
export function suspectBackoffMs({ recoveries }: Pick<LiveRun, 'recoveries'>): number {
  return FIRST_BACKOFF_MS * 2 ** (recoveries - SUSPECT_FROM);
}

/** The suspects that wait for a claim and that a node could run. */
export interface WaitingSuspects {
  /** When the first of them is due, if one waits. */
  readonly dueAt?: number | undefined;
  /** Some node has claimed a suspect. */
  readonly isOneClaimed: boolean;
}

/** When a claim may take the next suspect, or has to look again, if one waits. */
export function nextSuspectAt({ dueAt, isOneClaimed }: WaitingSuspects, now: number): number | undefined {
  if (dueAt === undefined) return undefined;
  return isOneClaimed ? Math.max(dueAt, now + SUSPECTS_AGAIN_MS) : dueAt;
}

/** How many runs to prefetch: one less while a suspect waits for a place, since prefetched runs take each. */
export function prefetchBeside(
  isSuspectDue: boolean,
  asked: { readonly places: number; readonly prefetch: number },
): number {
  return isSuspectDue && asked.places === 0 ? Math.max(asked.prefetch - 1, 0) : asked.prefetch;
}
