import type { Run } from '@greenvue/jobs/client';

/** The part of a mark that is counted. */
export interface DrawnRun {
  readonly run: Pick<Run, 'status'>;
  readonly kind: string;
  readonly bar: { readonly x: number; readonly width: number };
}

/** The runs that were going on during a few pixels of time. */
export interface DensityColumn {
  readonly x: number;
  /** How many runs of each status. */
  readonly counts: ReadonlyMap<Run['status'], number>;
  readonly total: number;
}

export interface Density {
  /** Only columns with runs, oldest first. */
  readonly columns: readonly DensityColumn[];
  /** The number of runs in the fullest column. */
  readonly most: number;
}

/** The width of a column in pixels. */
export const COLUMN_PX = 8;
/** More runs in a column than this would fill all lanes, and look like one long run. */
const MOST_IN_COLUMN = 6;

/**
 * The runs of each column, if one has more than `mostInColumn`: bars would hide how many there are. Undefined
 * if each run can have a bar of its own. A run counts in each column that it reaches into.
 */
export function densityOf(
  marks: readonly DrawnRun[],
  width: number,
  mostInColumn = MOST_IN_COLUMN,
): Density | undefined {
  const columns = Array.from(
    { length: Math.ceil(width / COLUMN_PX) },
    () => new Map<Run['status'], number>(),
  );
  for (const { bar, kind, run } of marks) {
    if (kind !== 'bar') continue;
    const last = Math.min(Math.floor((bar.x + bar.width) / COLUMN_PX), columns.length - 1);
    // The least width of a bar says nothing about the time that it took.
    const end = bar.width > COLUMN_PX ? last : Math.floor(bar.x / COLUMN_PX);
    for (let at = Math.floor(bar.x / COLUMN_PX); at <= end; at += 1) {
      const counts = columns[at];
      counts?.set(run.status, (counts.get(run.status) ?? 0) + 1);
    }
  }
  const filled = columns
    .map((counts, at) => ({ x: at * COLUMN_PX, counts, total: sum(counts) }))
    .filter(({ total }) => total > 0);
  const most = Math.max(0, ...filled.map(({ total }) => total));
  return most > mostInColumn ? { columns: filled, most } : undefined;
}

function sum(counts: ReadonlyMap<Run['status'], number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
