import type { Pause } from './job-pause.ts';

/** Where code declares a job (P28, jobs in code). */
export interface Declaration {
  /** Such as `src/jobs.ts:12`. */
  readonly place: string;
  /** The newest release does not declare the job: it is paused, and deleted after a week. */
  readonly gone?: GoneDeclaration;
}

export interface GoneDeclaration {
  readonly at: number;
  /** The release that does not declare the job. */
  readonly release: number;
  /** When a live node last declared it, or `at`. */
  readonly seenAt: number;
  /** The pause that holds once code declares the job again. */
  readonly pause?: Pause;
}

/** Who made a job: code that declares it, or a caller of the API. */
export type Origin = 'code' | 'api';

export function originOf({ declaration }: { readonly declaration?: Declaration }): Origin {
  return declaration === undefined ? 'api' : 'code';
}
