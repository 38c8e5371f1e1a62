import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import type { TimelineWindow } from '../../../ui/timeline/time-scale.ts';
import classes from '../ran.module.css';
import type { Bounds } from '../ran-view.ts';

export interface Zooming {
  readonly window: TimelineWindow;
  /**
   * `factor`: below 1, a shorter time. `around`: the instant that stays in its place (ms); the middle by
   * default.
   */
  readonly onZoom: (factor: number, around?: number) => void;
  /** The window between two instants (ms), in any order. */
  readonly onSpan: (a: number, b: number) => void;
}

/** A click moves less than this. */
const DRAG_PX = 6;
const WHEEL_FACTOR = 0.75;

/** Zooms with the wheel and Ctrl, with + and -, and by a drag over a range of time. */
export function useZooming({ window: view, onZoom, onSpan }: Zooming) {
  const ref = useRef<HTMLDivElement>(null);
  const [span, setSpan] = useState<Bounds | undefined>(undefined);
  const [left, setLeft] = useState(0);
  const instantAt = (x: number) => view.from + (x / Math.max(view.width, 1)) * (view.to - view.from);
  const latest = useRef({ onZoom, instantAt });
  latest.current = { onZoom, instantAt };
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      const x = placeIn(element, event.clientX);
      if (x === undefined) return;
      event.preventDefault();
      const { onZoom: zoom, instantAt: at } = latest.current;
      zoom(event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR, at(x));
    };
    // Not passive, or else the browser would zoom the page.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
  const handlers = {
    'data-dragging': span !== undefined && isDrag(span) ? true : undefined,
    onKeyDown: (event: KeyboardEvent): void => {
      // The browser zooms the page with these.
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '+' || event.key === '=') onZoom(0.5);
      else if (event.key === '-') onZoom(2);
      else return;
      event.preventDefault();
    },
    onPointerDown: (event: PointerEvent): void => {
      const x = placeIn(event.currentTarget, event.clientX);
      // On touch, a drag scrolls the page.
      if (event.pointerType !== 'mouse' || event.button !== 0 || x === undefined) return;
      setLeft(leftOf(event.currentTarget));
      setSpan({ from: x, to: x });
    },
    onPointerMove: (event: PointerEvent): void => {
      if (span === undefined) return;
      if (event.buttons === 0) return setSpan(undefined);
      const x = event.clientX - event.currentTarget.getBoundingClientRect().left - left;
      setSpan({ from: span.from, to: Math.min(Math.max(x, 0), view.width) });
    },
    onPointerUp: (): void => {
      if (span !== undefined && isDrag(span)) onSpan(instantAt(span.from), instantAt(span.to));
      setSpan(undefined);
    },
    onPointerCancel: (): void => setSpan(undefined),
  };
  return { ref, handlers, span: span !== undefined && isDrag(span) ? span : undefined, left };
}

function isDrag({ from, to }: Bounds): boolean {
  return Math.abs(to - from) > DRAG_PX;
}

/** How far the drawings are from the left of `element`, in pixels. */
function leftOf(element: Element): number {
  const axis = element.querySelector(`.${classes.axis}`);
  return (axis?.getBoundingClientRect().left ?? 0) - element.getBoundingClientRect().left;
}

/** Where a point is on the axis, in pixels; undefined if it is beside it. */
function placeIn(element: Element, clientX: number): number | undefined {
  const x = clientX - element.getBoundingClientRect().left - leftOf(element);
  return x < 0 ? undefined : x;
}
