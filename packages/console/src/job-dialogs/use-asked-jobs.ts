import { useBulkPlan } from '../bulk/use-bulk-plan.ts';
import type { JobMark } from '../data/job-mark.ts';
import type { JobQuestionState } from './use-job-question.ts';

/** The jobs that a question is about. */
export interface AskedJobs {
  /** Undefined until the server has counted them. */
  readonly count: number | undefined;
  /** The first ones. */
  readonly first: readonly Pick<JobMark, 'id' | 'name'>[];
  /** The jobs that the page knows: possibly some of them, or some that exist no longer. */
  readonly known: readonly JobMark[];
  /** Why they could not be counted. */
  readonly error: Error | null;
  readonly countAgain: () => void;
}

const NONE: readonly JobMark[] = [];

/**
 * Counts the jobs of a question on the server when it opens: since their selection, others may have come or
 * gone.
 */
export function useAskedJobs({ question, number, isOpen }: JobQuestionState): AskedJobs {
  const { what = 'pause', which, jobs: known = NONE } = question ?? {};
  const order = which && ({ target: 'jobs', body: { action: what, ...which } } as const);
  const { data, error, refetch } = useBulkPlan(order, { number, isOpen });
  const rest = { known, error, countAgain: () => void refetch() };
  if (which === undefined) return { ...rest, count: known.length, first: known };
  if (data === undefined) return { ...rest, count: undefined, first: [] };
  const names = new Map(known.map(({ id, name }) => [id, name]));
  const first = data.first.flatMap(({ job_id: id }) =>
    id === null ? [] : [{ id, name: names.get(id) ?? id }],
  );
  return { ...rest, count: data.total - data.not_found, first };
}
