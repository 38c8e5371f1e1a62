import type { ChoosableColumn } from '../../views/look.ts';

/** The columns that the viewer may choose. The name and the actions are always there. */
export const JOB_COLUMNS = [
  { id: 'type', label: 'Type', isUsual: true },
  { id: 'schedule', label: 'Schedule', isUsual: true },
  { id: 'health', label: 'Health', isUsual: true },
  { id: 'runs', label: 'Last runs', isUsual: true },
  { id: 'last', label: 'Last run', isUsual: true },
  { id: 'next', label: 'Next run', isUsual: true },
  { id: 'created', label: 'Created', isUsual: false },
] as const satisfies readonly ChoosableColumn[];

export type JobColumn = (typeof JOB_COLUMNS)[number]['id'];

/**
 * The columns to draw. Without a choice all are drawn, and the styles hide those for which the table is too
 * narrow.
 */
export function drawnColumns(chosen: readonly string[] | undefined): readonly JobColumn[] {
  const all = JOB_COLUMNS.map(({ id }) => id);
  return chosen === undefined ? all : all.filter((id) => chosen.includes(id));
}
