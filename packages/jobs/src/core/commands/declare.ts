import type { GoneDeclaration } from '../model/declaration.ts';
import type { Job } from '../model/job.ts';
import type { JobCommand } from '../model/job-command.ts';
import { without } from '../objects.ts';
import { type NewPause, pauseAt, pauseJob } from '../pauses/pause-job.ts';
import { resume } from '../pauses/resume.ts';
import type { Draft } from '../rules/decision.ts';
import { takeDue } from '../rules/slots.ts';
import { type Refusal, refused } from './refusal.ts';

/** Who changes jobs when a program declares them, as the audit log and pauses say. */
export const CODE_ACTOR = 'code';

/** P28, jobs in code: why people may not change a job that code declares, or no longer declares. */
export function refusalOfDeclared({ id, declaration }: Job, kind: JobCommand['kind']): Refusal | undefined {
  if (declaration === undefined) return undefined;
  const { place, gone } = declaration;
  if (gone === undefined)
    return kind === 'edit' || kind === 'delete'
      ? refused(
          'declared',
          `The job "${id}" is declared in code, at ${place}: change it there, and deploy. It can be paused, resumed, run and cancelled here.`,
        )
      : undefined;
  return kind === 'edit' || kind === 'resume'
    ? refused(
        'declared',
        `Release ${gone.release} no longer declares the job "${id}" (it was declared at ${place}). Declare it again in code, or delete it here.`,
      )
    : undefined;
}

/**
 * P28, jobs in code: pauses a job that the newest release does not declare. A finished job has nothing to
 * pause. The pause of a person or of a budget is kept for the case that code declares the job again.
 */
export function withdraw(draft: Draft, release: number, now: number): void {
  const { declaration, pause } = draft.job;
  if (declaration === undefined) return;
  const gone: GoneDeclaration = declaration.gone ?? {
    at: now,
    release,
    seenAt: now,
    ...(pause === undefined ? {} : { pause }),
  };
  if (declaration.gone === undefined) {
    const reason = `release ${release} no longer declares this job in code`;
    pauseJob(draft, { reason, by: CODE_ACTOR, until: undefined }, now);
  }
  draft.job = { ...draft.job, declaration: { ...declaration, gone: { ...gone, seenAt: now } } };
}

/** P28, jobs in code: undoes {@link withdraw}. An earlier pause holds again, unless it is over. */
export function restore(draft: Draft, { pause }: GoneDeclaration, now: number): void {
  const { job } = draft;
  if (job.status !== 'paused') return;
  if (pause !== undefined && (pause.until ?? Number.POSITIVE_INFINITY) > now) {
    draft.job = { ...job, pause };
    return;
  }
  // Also after the end of an earlier pause: while code did not declare the job, it had no slots.
  resume(draft, { at: now, now });
  takeDue(draft, now);
}

/** P28, jobs in code: the pause of a job that is no longer declared holds once code declares it again. */
export function pauseGone(draft: Draft, given: NewPause, now: number): boolean {
  const { job } = draft;
  const { declaration } = job;
  if (declaration?.gone === undefined || job.status !== 'paused') return false;
  const pause = pauseAt(job.pause?.at ?? now, given);
  draft.job = { ...job, declaration: { ...declaration, gone: { ...declaration.gone, pause } } };
  return true;
}

/** A job that code declares at `place`. */
export function declaredAt(job: Job, place: string): Job {
  return { ...without(job, 'declaration'), declaration: { place } };
}
