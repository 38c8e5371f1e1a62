import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { JobMark } from '../../data/job-mark.ts';
import { type KeyBinding, useKeys } from '../../keyboard/keys.ts';
import type { JobCommands } from '../cells/job-commands.ts';
import type { ActiveRow } from './use-active-row.ts';

interface RowKeysOptions {
  readonly rows: readonly JobMark[];
  readonly active: ActiveRow;
  readonly commands: JobCommands;
  readonly onSelect: ((id: string, isRange: boolean) => void) | undefined;
  readonly scroller: RefObject<HTMLElement | null>;
  /** The first visible row. */
  readonly firstRow: () => number;
  readonly scrollTo: (row: number) => void;
}

/**
 * The table's keys: `j` and `k` move the focus between rows, others act on the focused row. Without a focused
 * row they only show the last one. Returns a stable function that moves the focus.
 */
export function useRowKeys(options: RowKeysOptions): (by: 1 | -1) => void {
  const { rows, active, commands, onSelect, firstRow } = options;
  const move = (by: number): void => {
    const row = active.index < 0 ? firstRow() : active.index + by;
    focusRow(options, Math.min(Math.max(row, 0), rows.length - 1));
  };
  const act = (command: (job: JobMark) => void) => () => {
    const job = rows[active.index];
    if (job === undefined) return;
    if (isWithinRow(job)) command(job);
    else focusRow(options, active.index);
  };
  const { operate } = commands.may;
  const keys: readonly KeyBinding[] = [
    { key: 'j', does: 'Next job', run: () => move(1) },
    { key: 'k', does: 'Previous job', run: () => move(-1) },
    { key: 'Enter', does: 'Open the job', run: act((job) => openIfFocused(job, commands)) },
    ...(onSelect === undefined
      ? []
      : [{ key: 'x', does: 'Select the job', run: act(({ id }) => onSelect(id, false)) }]),
    ...(operate
      ? [
          { key: 'r', does: 'Run the job now', run: act(commands.run) },
          { key: 'p', does: 'Pause or resume the job', run: act((job) => pauseOrResume(job, commands)) },
        ]
      : []),
  ];
  // Each acts on the row that has the focus, which the palette takes.
  useKeys(keys.map((key) => ({ ...key, isOnlyKey: true })));
  const latest = useRef(move);
  useEffect(() => {
    latest.current = move;
  });
  return useCallback((by) => latest.current(by), []);
}

function pauseOrResume(job: JobMark, commands: JobCommands): void {
  if (job.status === 'paused') commands.resume(job);
  if (job.status === 'active') commands.pause(job);
}

/** Enter opens the focused job, not one that was focused before. */
function openIfFocused(job: JobMark, commands: JobCommands): void {
  if (isOnRow()) commands.open(job);
}

function isWithinRow({ id }: JobMark): boolean {
  return document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row === id;
}

function isOnRow(): boolean {
  return document.activeElement?.matches('[data-row]') === true;
}

function focusRow({ rows, active, scroller, scrollTo }: RowKeysOptions, row: number): void {
  const job = rows[row];
  if (job === undefined) return;
  active.setId(job.id);
  scrollTo(row);
  const element = scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(job.id)}"]`);
  if (element == null) active.focusWanted.current = job.id;
  else element.focus({ preventScroll: true });
}
