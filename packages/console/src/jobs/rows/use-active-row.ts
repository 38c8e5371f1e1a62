import { type RefObject, useMemo, useRef, useState } from 'react';
import type { JobMark } from '../../data/job-mark.ts';

/**
 * The row that keys act on. It follows the job, not the position: if rows move, a key never acts on another
 * job.
 */
export interface ActiveRow {
  readonly id: string | undefined;
  /** Its index among the rows; -1 if it is not in the list. */
  readonly index: number;
  readonly setId: (id: string) => void;
  /** The id of the row that takes the focus once it is rendered. */
  readonly focusWanted: RefObject<string | undefined>;
}

export function useActiveRow(rows: readonly JobMark[], first: string | undefined): ActiveRow {
  const [id, setId] = useState(first);
  const focusWanted = useRef<string | undefined>(undefined);
  const index = useMemo(() => (id === undefined ? -1 : rows.findIndex((row) => row.id === id)), [rows, id]);
  return { id, index, setId, focusWanted };
}
