import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef } from 'react';
import { spaceRows, withRow } from './rows-to-draw.ts';

interface RowsOptions {
  readonly count: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Whether rows are cards without a head. */
  readonly isSmall: boolean;
  /** Always rendered, since it may have the focus; -1: none. */
  readonly activeRow: number;
  /** The initial scroll offset in pixels. */
  readonly offset: number;
}

const HEAD_HEIGHT = 38;
const ROW_HEIGHT = 57;
const CARD_HEIGHT = 260;
const CARD_GAP = 8;
const OVERSCAN = 8;
// Until the table's height is measured, renders as many rows as fill a typical screen.
const FIRST_SIGHT = { width: 1_200, height: 800 };

/** The rows to render and their positions. */
export function useRows({ count, scroller, isSmall, activeRow, offset }: RowsOptions) {
  const head = isSmall ? 0 : HEAD_HEIGHT;
  const virtualizer = useVirtualizer<HTMLElement, HTMLTableRowElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isSmall ? CARD_HEIGHT : ROW_HEIGHT),
    initialRect: FIRST_SIGHT,
    initialOffset: offset,
    gap: isSmall ? CARD_GAP : 0,
    overscan: OVERSCAN,
    scrollMargin: head,
    scrollPaddingStart: head,
    rangeExtractor: (range) => withRow(range, activeRow),
  });
  const wasSmall = useRef(isSmall);
  useEffect(() => {
    if (wasSmall.current === isSmall) return;
    wasSmall.current = isSmall;
    // Rows have other heights as cards than those measured.
    virtualizer.measure();
  }, [virtualizer, isSmall]);

  const items = virtualizer.getVirtualItems();
  const { startIndex, endIndex } = virtualizer.range ?? { startIndex: 0, endIndex: 0 };
  return {
    virtualizer,
    spaced: spaceRows(items, { from: head, to: head + virtualizer.getTotalSize() }),
    sight: { first: Math.max(0, startIndex - OVERSCAN), last: endIndex + OVERSCAN },
  };
}
