import type { Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useKeys } from '../keyboard/keys.ts';
import { ClockIcon } from '../ui/icons.tsx';
import type { SlotWindow } from './window/slot-window.ts';

const BackfillDialog = lazy(async () => ({
  default: (await import('./backfill-dialog.tsx')).BackfillDialog,
}));

/** Opens the dialog that finds missing slots and runs them. Renders nothing for a job without past slots. */
export function BackfillButton({ job }: { readonly job: Job }) {
  return hasPastSlots(job) ? <OpenButton job={job} /> : null;
}

export function hasPastSlots({
  cron,
  rrule,
  interval_mode: mode,
}: Pick<Job, 'cron' | 'rrule' | 'interval_mode'>): boolean {
  // An older server does not send `rrule`.
  return cron !== null || rrule != null || mode === 'fixed_rate';
}

/** The dialog that finds missing slots, loaded when it is first opened. Default window: the last gap. */
export function useBackfillDialog(
  job: Job,
  window?: SlotWindow,
): { readonly open: () => void; readonly dialog: ReactNode } {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never');
  const close = (): void => setState('closed');
  const dialog =
    state === 'never' ? null : (
      <Suspense>
        <BackfillDialog job={job} window={window} opened={state === 'open'} onClose={close} />
      </Suspense>
    );
  return { open: () => setState('open'), dialog };
}

function OpenButton({ job }: { readonly job: Job }) {
  const { open, dialog } = useBackfillDialog(job);
  useKeys([
    { key: 'b', does: 'Find missing slots', words: 'backfill missed rerun retry run catch up', run: open },
  ]);
  return (
    <>
      <Button variant="default" leftSection={<ClockIcon />} onClick={open}>
        Find missing slots
      </Button>
      {dialog}
    </>
  );
}
