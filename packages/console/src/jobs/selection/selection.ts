import type { JobMark } from '../../data/job-mark.ts';

export type Selection = ReadonlyMap<string, JobMark>;

export const EMPTY_SELECTION: Selection = new Map();

/** Adds a job, or removes it if it is selected. */
export function toggle(selection: Selection, job: JobMark): Selection {
  return selection.has(job.id) ? removeJobs(selection, [job]) : addJobs(selection, [job]);
}

export interface Range {
  readonly rows: readonly JobMark[];
  /** The id of the job clicked before: the other end of the range. */
  readonly from: string | undefined;
  readonly to: string;
}

/**
 * Selects a range if the clicked job was not selected, else deselects it. Without `from`, changes only the
 * clicked job.
 */
export function toggleRange(selection: Selection, { rows, from, to }: Range): Selection {
  const end = rows.findIndex(({ id }) => id === to);
  const clicked = rows[end];
  if (clicked === undefined) return selection;
  const begin = from === undefined ? -1 : rows.findIndex(({ id }) => id === from);
  const range = begin < 0 ? [clicked] : rows.slice(Math.min(begin, end), Math.max(begin, end) + 1);
  return selection.has(to) ? removeJobs(selection, range) : addJobs(selection, range);
}

/** The state of the checkbox above all rows. */
export function selectedOf(selection: Selection, rows: readonly JobMark[]): 'none' | 'some' | 'all' {
  if (selection.size === 0 || rows.length === 0) return 'none';
  let isEvery = true;
  let isAny = false;
  for (const { id } of rows) {
    if (selection.has(id)) isAny = true;
    else isEvery = false;
  }
  return isEvery ? 'all' : isAny ? 'some' : 'none';
}

/** Selects all rows, or none if all are selected. */
export function toggleAll(selection: Selection, rows: readonly JobMark[]): Selection {
  return selectedOf(selection, rows) === 'all' ? removeJobs(selection, rows) : addJobs(selection, rows);
}

/** The selected jobs in the order of their selection, with the versions that the table knows. */
export function selectedJobs(selection: Selection, rows: readonly JobMark[]): readonly JobMark[] {
  const now = new Map(rows.filter(({ id }) => selection.has(id)).map((row) => [row.id, row]));
  // A job recreated under the same id is another job; the old one was selected.
  return [...selection.values()].map((job) => {
    const known = now.get(job.id);
    // The selection may know a newer version than the row.
    return known?.uid === job.uid && known.version >= job.version ? known : job;
  });
}

export function addJobs(selection: Selection, jobs: readonly JobMark[]): Selection {
  const next = new Map(selection);
  for (const job of jobs) next.set(job.id, job);
  return next;
}

export function removeJobs(selection: Selection, jobs: readonly JobMark[]): Selection {
  const next = new Map(selection);
  for (const { id } of jobs) next.delete(id);
  return next;
}
