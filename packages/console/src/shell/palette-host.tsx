import { lazy, Suspense, useEffect, useRef } from 'react';
import { isCommandKey, isDialogOpen } from '../keyboard/command-keys.ts';
import { Boundary } from '../ui/feedback/boundary.tsx';
import { BrokenBanner } from './version-banner.tsx';

interface PaletteHostProps {
  readonly opened: boolean;
  readonly onToggle: () => void;
  readonly onClose: () => void;
}

// Most visits never open it.
const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }));

/** Opens the command palette with Ctrl+K or Cmd+K, also while the user types in a field. */
export function PaletteHost({ opened, onToggle, onClose }: PaletteHostProps) {
  const wasOpened = useRef(false);
  wasOpened.current ||= opened;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isCommandKey(event) || isDialogOpen()) return;
      // Browsers search the web with these keys.
      event.preventDefault();
      onToggle();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [onToggle]);
  if (!wasOpened.current) return null;
  return (
    <Boundary fallback={() => <BrokenBanner />}>
      <Suspense>
        <Palette opened={opened} onClose={onClose} />
      </Suspense>
    </Boundary>
  );
}
