import { ApiError, ConnectionError } from '@greenvue/jobs/client';
import type { PauseOptions } from '../../actions/job-steps.ts';
import type { JobMark } from '../../data/job-mark.ts';
import { faultWords } from '../../ui/feedback/fault-words.ts';
import { jobsText } from '../../ui/text/jobs-text.ts';
import type { TurnResult } from './in-turn.ts';

/** An action on many jobs. */
export type BulkOrder =
  | { readonly kind: 'pause'; readonly jobs: readonly JobMark[]; readonly pause: PauseOptions }
  | { readonly kind: 'resume'; readonly jobs: readonly JobMark[] }
  | { readonly kind: 'delete'; readonly jobs: readonly JobMark[] };

export type BulkKind = BulkOrder['kind'];

const DOING: Record<BulkKind, string> = { pause: 'Pausing', resume: 'Resuming', delete: 'Deleting' };
const DONE: Record<BulkKind, string> = { pause: 'paused', resume: 'resumed', delete: 'deleted' };

/** "Pausing: 3 of 12 jobs". */
export function progressText(kind: BulkKind, ended: number, total: number): string {
  return `${DOING[kind]}: ${ended.toLocaleString('en')} of ${jobsText(total)}`;
}

/** "9 jobs paused, 2 failed, 1 not tried." */
export function resultText(kind: BulkKind, { done, failed, left }: TurnResult<JobMark>): string {
  const parts = [`${jobsText(done.length)} ${DONE[kind]}`];
  if (failed.length > 0) parts.push(`${failed.length.toLocaleString('en')} failed`);
  if (left.length > 0) parts.push(`${left.length.toLocaleString('en')} not tried`);
  return `${parts.join(', ')}.`;
}

/** The action was not done, because the job changed: it has a newer version, or was recreated. */
export class Superseded extends Error {
  readonly latest: JobMark;
  /** Whether another job now has the id. */
  readonly isRecreated: boolean;

  constructor(seen: JobMark, latest: JobMark) {
    super('Someone else changed this job.');
    this.latest = latest;
    this.isRecreated = latest.uid !== seen.uid;
  }
}

/** The current versions of jobs that someone changed before their turn. */
export function latestMarks({ failed }: TurnResult<JobMark>): readonly JobMark[] {
  return failed.flatMap(({ error }) => (error instanceof Superseded ? [error.latest] : []));
}

/** Why the action on a job was not done. */
export function failureText(error: unknown): string {
  if (error instanceof Superseded) {
    return error.isRecreated
      ? 'Someone else deleted this job and created another one with the same id. The new job is not selected.'
      : 'Someone else changed this job. Check its latest version, then try again.';
  }
  if (error instanceof ConnectionError)
    return 'The server did not answer, so the job may or may not have changed.';
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}

/** Whether the error would repeat with every other job: signed out, missing rights, no connection. */
export function stopsAll(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 401 || error.status === 403;
  return error instanceof ConnectionError;
}
