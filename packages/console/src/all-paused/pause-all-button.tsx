import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { PauseIcon } from '../ui/icons.tsx';
import { PauseAllDialog } from './pause-all-dialog.tsx';
import { usePauseOfAll } from './use-pause-of-all.ts';

/** Opens the dialog that pauses all jobs. Absent while they are paused, and for those who may not. */
export function PauseAllButton() {
  const [isOpen, dialog] = useDisclosure(false);
  if (!usePauseOfAll().mayPause) return null;
  return (
    <>
      <Button variant="default" leftSection={<PauseIcon />} onClick={dialog.open}>
        Pause all
      </Button>
      <PauseAllDialog opened={isOpen} onClose={dialog.close} />
    </>
  );
}
