import { Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useLayoutEffect, useRef } from 'react';
import { PauseAllDialog } from '../all-paused/pause-all-dialog.tsx';
import { ResumeAllDialog } from '../all-paused/resume-all-dialog.tsx';
import { PALETTE_MARK } from '../keyboard/command-keys.ts';
import type { PaletteItem } from './palette-groups.ts';
import { PaletteSearch } from './palette-search.tsx';

interface PaletteProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Finds pages, jobs, runs and actions by a typed text, and does what is chosen. */
export function Palette({ opened, onClose }: PaletteProps) {
  const [isPausing, pausing] = useDisclosure(false);
  const [isResuming, resuming] = useDisclosure(false);
  const opening = useOpening(opened);
  const close = (): void => {
    onClose();
    opening.restoreFocus();
  };
  const choose = ({ run }: PaletteItem): void => {
    // A dialog that opens now must give the focus back to the same place.
    close();
    run();
  };
  return (
    <>
      <Modal
        opened={opened}
        onClose={close}
        returnFocus={false}
        withCloseButton={false}
        padding={0}
        size="lg"
        attributes={{
          content: { 'aria-label': 'Search jobs, runs, pages and actions', [PALETTE_MARK]: true },
        }}
      >
        <PaletteSearch
          key={opening.number}
          onChoose={choose}
          onPauseAll={pausing.open}
          onResumeAll={resuming.open}
        />
      </Modal>
      <PauseAllDialog opened={isPausing} onClose={pausing.close} />
      <ResumeAllDialog opened={isResuming} onClose={resuming.close} />
    </>
  );
}

/**
 * Counts how often the palette was opened, so that it is empty each time. Returns the focus at its end.
 */
function useOpening(opened: boolean) {
  const focusBefore = useRef<Element | null>(null);
  const wasOpened = useRef(false);
  const number = useRef(0);
  if (opened && !wasOpened.current) {
    focusBefore.current = document.activeElement;
    number.current += 1;
  }
  wasOpened.current = opened;
  const restoreFocus = (): void => {
    if (focusBefore.current instanceof HTMLElement) focusBefore.current.focus({ preventScroll: true });
    focusBefore.current = null;
  };
  useLayoutEffect(() => {
    if (!opened) restoreFocus();
  });
  return { number: number.current, restoreFocus };
}
