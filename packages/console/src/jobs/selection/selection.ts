import type { JobMark } from '../../data/job-mark.ts';

/** The jobs that were picked, by id. */
export type Selection = ReadonlyMap<string, JobMark>;

export const NOTHING: Selection = new Map();

/** With a job picked that was not, or let go that was. */
export function toggled(selection: Selection, job: JobMark): Selection {
  return selection.has(job.id) ? without(selection, [job]) : having(selection, [job]);
}

export interface Range {
  readonly rows: readonly JobMark[];
  /** The id of the job that was clicked before; the range has both ends. */
  readonly from: string | undefined;
  readonly to: string;
}

/**
 * With all from one row to another as the clicked one becomes: picked if it was not, let go if it was.
 * Without a row to count from, only the clicked one changes.
 */
export function rangeToggled(selection: Selection, { rows, from, to }: Range): Selection {
  const end = rows.findIndex(({ id }) => id === to);
  const clicked = rows[end];
  if (clicked === undefined) return selection;
  const begin = from === undefined ? -1 : rows.findIndex(({ id }) => id === from);
  const range = begin < 0 ? [clicked] : rows.slice(Math.min(begin, end), Math.max(begin, end) + 1);
  return selection.has(to) ? without(selection, range) : having(selection, range);
}

/** What the box above all rows shows. */
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

/** With all of the rows picked; let go, if all of them were. */
export function allToggled(selection: Selection, rows: readonly JobMark[]): Selection {
  return selectedOf(selection, rows) === 'all' ? without(selection, rows) : having(selection, rows);
}

/** The jobs that were picked, as the table knows them now, in the order in which they were picked. */
export function picked(selection: Selection, rows: readonly JobMark[]): readonly JobMark[] {
  const now = new Map(rows.filter(({ id }) => selection.has(id)).map((row) => [row.id, row]));
  // One that was created anew under the same id is another job: what was picked is the old one.
  return [...selection.values()].map((job) => {
    const known = now.get(job.id);
    // What was read since the row was may be newer than the row.
    return known?.uid === job.uid && known.version >= job.version ? known : job;
  });
}

/**
 * With those that were picked as they are now. One that was created anew is another job, which nobody has
 * picked.
 */
export function renewed(selection: Selection, latest: readonly JobMark[]): Selection {
  const next = new Map(selection);
  for (const job of latest) {
    const known = next.get(job.id);
    if (known?.uid === job.uid) next.set(job.id, job);
    else next.delete(job.id);
  }
  return next;
}

/** With these picked, too. */
export function having(selection: Selection, jobs: readonly JobMark[]): Selection {
  const next = new Map(selection);
  for (const job of jobs) next.set(job.id, job);
  return next;
}

/** With these let go. */
export function without(selection: Selection, jobs: readonly JobMark[]): Selection {
  const next = new Map(selection);
  for (const { id } of jobs) next.delete(id);
  return next;
}
