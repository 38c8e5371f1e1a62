import { useEffect, useRef } from 'react';

/**
 * An `onBlur` handler. After a pointer press, it waits for the release: formatting a field may change its
 * height and move the element that is being clicked.
 */
export function useLeave(leave: () => void): () => void {
  const latest = useRef(leave);
  const isPressed = useRef(false);
  const isDue = useRef(false);
  useEffect(() => {
    latest.current = leave;
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const press = () => {
      isPressed.current = true;
    };
    const release = () => {
      isPressed.current = false;
      if (!isDue.current) return;
      isDue.current = false;
      // The click event follows the release.
      timer = setTimeout(() => latest.current());
    };
    document.addEventListener('pointerdown', press, { capture: true });
    document.addEventListener('pointerup', release, { capture: true });
    document.addEventListener('pointercancel', release, { capture: true });
    return () => {
      // The click may have removed the field.
      clearTimeout(timer);
      document.removeEventListener('pointerdown', press, { capture: true });
      document.removeEventListener('pointerup', release, { capture: true });
      document.removeEventListener('pointercancel', release, { capture: true });
    };
  }, []);
  return () => {
    if (isPressed.current) isDue.current = true;
    else latest.current();
  };
}
