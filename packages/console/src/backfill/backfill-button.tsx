import type { Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useKeys } from '../keyboard/keys.ts';
import { ClockIcon } from '../ui/icons.tsx';

const BackfillDialog = lazy(async () => ({
  default: (await import('./backfill-dialog.tsx')).BackfillDialog,
}));

/** Opens the dialog that finds missing slots and runs them. Renders nothing for a job without past slots. */
export function BackfillButton({ job }: { readonly job: Job }) {
  return job.cron !== null || job.interval_mode === 'fixed_rate' ? <OpenButton job={job} /> : null;
}

/** Loads the dialog when it is first opened. */
function OpenButton({ job }: { readonly job: Job }) {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never');
  const open = (): void => setState('open');
  useKeys([
    { key: 'b', does: 'Find missing slots', words: 'backfill missed rerun retry run catch up', run: open },
  ]);
  return (
    <>
      <Button variant="default" leftSection={<ClockIcon />} onClick={open}>
        Find missing slots
      </Button>
      {state === 'never' ? null : (
        <Suspense>
          <BackfillDialog job={job} opened={state === 'open'} onClose={() => setState('closed')} />
        </Suspense>
      )}
    </>
  );
}
