import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Sets an element's distance from the top of the page as `--above`, so that its styles can fill the screen.
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
    // An element that appears above it, such as a banner, changes the page's height.
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
