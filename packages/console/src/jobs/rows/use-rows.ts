import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef } from 'react';
import { spaceRows, withRow } from './rows-to-draw.ts';

type RowKind = 'row' | 'compact' | 'card';

interface RowsOptions {
  readonly count: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Cards have no head. */
  readonly kind: RowKind;
  /** Always rendered, since it may have the focus; -1: none. */
  readonly activeRow: number;
  /** The initial scroll offset in pixels. */
  readonly offset: number;
}

const HEAD_HEIGHT = 38;
const HEIGHTS: Readonly<Record<RowKind, number>> = { row: 57, compact: 37, card: 260 };
const CARD_GAP = 8;
const OVERSCAN = 8;
// Until the table's height is measured, renders as many rows as fill a typical screen.
const FIRST_SIGHT = { width: 1_200, height: 800 };

/** The rows to render and their positions. */
export function useRows({ count, scroller, kind, activeRow, offset }: RowsOptions) {
  const isSmall = kind === 'card';
  const head = isSmall ? 0 : HEAD_HEIGHT;
  const virtualizer = useVirtualizer<HTMLElement, HTMLTableRowElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHTS[kind],
    initialRect: FIRST_SIGHT,
    initialOffset: offset,
    gap: isSmall ? CARD_GAP : 0,
    overscan: OVERSCAN,
    scrollMargin: head,
    scrollPaddingStart: head,
    rangeExtractor: (range) => withRow(range, activeRow),
  });
  const measured = useRef(kind);
  useEffect(() => {
    if (measured.current === kind) return;
    measured.current = kind;
    // Rows of another kind have other heights than those measured.
    virtualizer.measure();
  }, [virtualizer, kind]);

  const items = virtualizer.getVirtualItems();
  const { startIndex, endIndex } = virtualizer.range ?? { startIndex: 0, endIndex: 0 };
  return {
    virtualizer,
    spaced: spaceRows(items, { from: head, to: head + virtualizer.getTotalSize() }),
    sight: { first: Math.max(0, startIndex - OVERSCAN), last: endIndex + OVERSCAN },
  };
}
