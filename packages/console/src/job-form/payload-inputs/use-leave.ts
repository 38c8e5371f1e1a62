import { useEffect, useRef } from 'react';

/**
 * What to do when a field was left, as its `onBlur`. If a press of the pointer took the focus away, it waits
 * for the release: a field that is put in order may change its height, and what is being clicked would move
 * away from under the pointer.
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
      // The click itself comes right after the release.
      timer = setTimeout(() => latest.current());
    };
    document.addEventListener('pointerdown', press, { capture: true });
    document.addEventListener('pointerup', release, { capture: true });
    document.addEventListener('pointercancel', release, { capture: true });
    return () => {
      // What was clicked may have taken the field away.
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
