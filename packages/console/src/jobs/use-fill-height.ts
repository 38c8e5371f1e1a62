import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Tells an element's styles how far down the page it begins, as `--above`, so that it can fill the rest of
 * the screen.
 */
export function useFillHeight(): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const fit = (): void => {
      const top = element.current?.getBoundingClientRect().top;
      if (top === undefined) return;
      element.current?.style.setProperty('--above', `${Math.round(top + window.scrollY)}px`);
    };
    fit();
    // Whatever grows or comes above it, such as a banner, makes the page higher as well.
    const observer = new ResizeObserver(fit);
    const page = element.current?.closest('main');
    if (page != null) observer.observe(page);
    window.addEventListener('resize', fit);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', fit);
    };
  }, []);
  return element;
}
