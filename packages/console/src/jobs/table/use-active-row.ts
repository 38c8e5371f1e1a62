import { type RefObject, useMemo, useRef, useState } from 'react';
import type { JobMark } from '../../data/job-mark.ts';

/**
 * The row that keys act on. It is a job, not a place: whatever moves in between, a key never meets another
 * job than the one shown.
 */
export interface ActiveRow {
  readonly id: string | undefined;
  /** Its place among the rows; -1 when there is none (any more). */
  readonly index: number;
  readonly setId: (id: string) => void;
  /** The id of the row that is to have the focus as soon as it is drawn. */
  readonly focusWanted: RefObject<string | undefined>;
}

export function useActiveRow(rows: readonly JobMark[], first: string | undefined): ActiveRow {
  const [id, setId] = useState(first);
  const focusWanted = useRef<string | undefined>(undefined);
  const index = useMemo(() => (id === undefined ? -1 : rows.findIndex((row) => row.id === id)), [rows, id]);
  return { id, index, setId, focusWanted };
}
