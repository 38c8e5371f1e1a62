import { type RefObject, useLayoutEffect, useRef } from 'react';

interface Fill {
  /** What may change its height above the element. */
  readonly above: RefObject<HTMLDivElement | null>;
  readonly element: RefObject<HTMLDivElement | null>;
}

/** Tells an element's styles how far down the page it begins, as `--above`, so that it can fill the rest of the screen. */
export function useFillHeight(): Fill {
  const above = useRef<HTMLDivElement>(null);
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const fit = (): void => {
      const top = element.current?.getBoundingClientRect().top;
      if (top === undefined) return;
      element.current?.style.setProperty('--above', `${Math.round(top + window.scrollY)}px`);
    };
    fit();
    const observer = new ResizeObserver(fit);
    if (above.current !== null) observer.observe(above.current);
    window.addEventListener('resize', fit);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', fit);
    };
  }, []);
  return { above, element };
}
