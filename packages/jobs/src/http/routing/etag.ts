import { z } from 'zod';
import type { Job } from '../../core/model/job.ts';
import { type CommandOptions, EngineError } from '../../engine/ports/engine-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import type { RouteEngine } from '../scope/route-engine.ts';

/**
 * The strong validator of a job's definition. An edit changes it; runs, pause and resume do not. It contains
 * the generation, so a job that was deleted and created again never matches (P1, identity).
 */
export function etagOf(job: Pick<Job, 'uid' | 'version'>): string {
  return `"${job.uid}.${job.version}"`;
}

/** Characters of a refused header that an error message quotes. */
const LONGEST_SHOWN = 100;
const LIST = /^\s*(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*\s*$/;
/**
 * Tries of a change with `If-Match: *`. The header names no version, so an edit by others is no reason to
 * refuse.
 */
const ANY_TRIES = 5;

/** The request header of a change to a job, for OpenAPI. */
export const ifMatch = z.looseObject({
  'if-match': z
    .string()
    .optional()
    .describe('ETag of the job as you read it; the response is 412 if the job has a different one now'),
});

/** The generation and version that a change may act on. Empty allows every version. */
export type Guard = Pick<CommandOptions, 'ifUid' | 'ifVersion'>;

/**
 * Makes a change under `If-Match`: passes `change` the generation and version that it may act on, or none
 * without the header. Rejects with `stale` when the header does not match, and with `absent` when there is no
 * such job.
 */
export async function underIfMatch<T>(
  engine: RouteEngine,
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
 * Whether a PUT may only create. `*` is the only value of `If-None-Match` that has a meaning for a change.
 */
export function isCreateOnly(header: string | undefined): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  throw new HttpProblem({
    status: 400,
    detail: `If-None-Match must be *, which creates the job only if its id is free; got ${header.slice(0, LONGEST_SHOWN)}.`,
  });
}

/**
 * The tags of an `If-Match`. Weak tags never match: RFC 9110, 13.1.1 requires the strong comparison.
 */
function parseIfMatch(header: string): 'any' | readonly string[] {
  if (header.trim() === '*') return 'any';
  if (!LIST.test(header)) {
    throw new HttpProblem({
      status: 400,
      detail: `If-Match must be an ETag with its quotes, such as "17.3", a list of ETags, or *; got ${header.slice(0, LONGEST_SHOWN)}.`,
    });
  }
  return [...header.matchAll(/(W\/)?("[^"]*")/g)].flatMap(([, weak, tag = '']) =>
    weak === undefined ? [tag] : [],
  );
}

/** Whether an error is an EngineError with this code. */
export function isEngineError(error: unknown, code: EngineError['code']): boolean {
  return error instanceof EngineError && error.code === code;
}

async function jobFor(engine: RouteEngine, jobId: string, absent: 'not_found' | 'stale'): Promise<Job> {
  try {
    return (await engine.getJob(jobId)).job;
  } catch (error) {
    if (absent === 'stale' && isEngineError(error, 'not_found')) throw stale();
    throw error;
  }
}

/** The answer to an `If-Match` that names an older version of the job. */
export function stale(): EngineError {
  return new EngineError(
    'stale',
    'The ETag in If-Match no longer matches: the job was edited or replaced. Read it again, then repeat the change.',
  );
}
