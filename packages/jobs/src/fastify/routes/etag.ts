import { z } from 'zod';
import type { Job } from '../../core/job.ts';
import { type CommandOptions, type Engine, EngineError } from '../../engine/engine-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';

/**
 * The strong validator of a job's definition. An edit changes it; runs, pause and resume don't. It includes
 * the generation, so a deleted and recreated job never matches (P1).
 */
export function etagOf(job: Pick<Job, 'uid' | 'version'>): string {
  return `"${job.uid}.${job.version}"`;
}

const LIST = /^\s*(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*\s*$/;
/**
 * `If-Match: *` names no version, so that an edit of others in between is no reason to refuse: look again.
 */
const ANY_TRIES = 5;

/** The header of a change to a job, as a route documents it. */
export const ifMatch = z.looseObject({
  'if-match': z.string().optional().describe('The ETag of the job as it was read: 412 if it has another now'),
});

/** What a change may act on; empty: on whatever is there. */
export type Guard = Pick<CommandOptions, 'ifUid' | 'ifVersion'>;

/**
 * Makes a change under an `If-Match`: `change` gets the generation and version that it may act on. Without
 * the header it gets none. A header that does not match rejects with `stale`; `absent` says what a job is
 * that does not exist.
 */
export async function underIfMatch<T>(
  engine: Engine,
  match: {
    readonly jobId: string;
    readonly header: string | undefined;
    readonly absent: 'not_found' | 'stale';
  },
  change: (guard: Guard) => Promise<T>,
): Promise<T> {
  const { jobId, header, absent } = match;
  if (header === undefined) return change({});
  const wanted = parseIfMatch(header);
  for (let tries = 1; ; tries += 1) {
    const job = await jobFor(engine, jobId, absent);
    if (wanted !== 'any' && !wanted.includes(etagOf(job))) throw stale();
    try {
      return await change({ ifUid: job.uid, ifVersion: job.version });
    } catch (error) {
      const again = wanted === 'any' && tries < ANY_TRIES && isEngineError(error, 'stale');
      if (!again) throw error;
    }
  }
}

/**
 * Whether a PUT may only create. `*` is the one value of `If-None-Match` that means something for a change.
 */
export function isCreateOnly(header: string | undefined): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  throw new HttpProblem({ status: 400, detail: 'Only "If-None-Match: *" is understood here.' });
}

/**
 * The tags of an `If-Match`. Weak ones never match, as a strong comparison is asked for (RFC 9110, 13.1.1).
 */
function parseIfMatch(header: string): 'any' | readonly string[] {
  if (header.trim() === '*') return 'any';
  if (!LIST.test(header)) {
    throw new HttpProblem({
      status: 400,
      detail: 'If-Match must be the ETag of an answer, with its quotes, a list of such, or *.',
    });
  }
  return [...header.matchAll(/(W\/)?("[^"]*")/g)].flatMap(([, weak, tag = '']) =>
    weak === undefined ? [tag] : [],
  );
}

/** Whether an error is of the engine's, with this code. */
export function isEngineError(error: unknown, code: EngineError['code']): boolean {
  return error instanceof EngineError && error.code === code;
}

async function jobFor(engine: Engine, jobId: string, absent: 'not_found' | 'stale'): Promise<Job> {
  try {
    return (await engine.getJob(jobId)).job;
  } catch (error) {
    if (absent === 'stale' && isEngineError(error, 'not_found')) throw stale();
    throw error;
  }
}

function stale(): EngineError {
  return new EngineError(
    'stale',
    'The job is not the one that If-Match names. Read it again and repeat the change.',
  );
}
