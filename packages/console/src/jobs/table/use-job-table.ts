import { useEffect, useLayoutEffect, useRef } from 'react';
import type { JobMark } from '../../data/job-mark.ts';
import type { Look } from '../../views/look.ts';
import type { JobCommands } from '../cells/job-commands.ts';
import type { JobFilters } from '../filter/filters.ts';
import { useJobPages, usePagesInSight } from '../pages/use-job-pages.ts';
import { usePlace } from '../pages/use-place.ts';
import { useActiveRow } from '../rows/use-active-row.ts';
import { useRowKeys } from '../rows/use-row-keys.ts';
import { useRows } from '../rows/use-rows.ts';
import { type Selecting, useRowSelection } from '../selection/use-row-selection.ts';

export interface JobTableOptions {
  readonly filters: JobFilters;
  readonly commands: JobCommands;
  /** Absent if nothing can be selected. */
  readonly selecting: Selecting | undefined;
  readonly isSmall: boolean;
  readonly look: Look;
  /** Called with all loaded rows, for actions on them. */
  readonly onLoaded: (rows: readonly JobMark[]) => void;
}

/** The table's state: known rows, rows to render, page reads, and keys. */
export function useJobTable(options: JobTableOptions) {
  const { filters, commands, selecting, isSmall, look, onLoaded } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const [place, remember] = usePlace(filters);
  const list = useJobPages(filters, place?.marks);
  const { rows } = list;
  const active = useActiveRow(rows, place?.activeId);
  const { virtualizer, spaced, sight } = useRows({
    count: rows.length,
    scroller,
    kind: isSmall ? 'card' : look.isCompact ? 'compact' : 'row',
    activeRow: active.index,
    offset: place?.offset ?? 0,
  });
  const reading = usePagesInSight({ filters, list, sight });
  useEffect(() => {
    remember({ marks: list.marks, offset: virtualizer.scrollOffset ?? 0, activeId: active.id });
  });
  useEffect(() => onLoaded(rows), [rows, onLoaded]);
  useTopOnChange(filters, () => virtualizer.scrollToOffset(0));
  const select = useRowSelection(selecting, rows);
  const onSelect = selecting === undefined ? undefined : select;
  const onArrow = useRowKeys({
    rows,
    active,
    commands,
    onSelect,
    scroller,
    firstRow: () => virtualizer.range?.startIndex ?? 0,
    scrollTo: (row) => virtualizer.scrollToIndex(row, { align: 'auto' }),
  });
  return { scroller, list, active, spaced, reading, measure: virtualizer.measureElement, onSelect, onArrow };
}

/** Scrolls to the top when the filters or the order change. */
function useTopOnChange(filters: JobFilters, toTop: () => void): void {
  const known = useRef(filters);
  useLayoutEffect(() => {
    if (known.current === filters) return;
    known.current = filters;
    toTop();
  });
}
