import type { Run } from '@greenvue/jobs/client';
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useCancelRun, useRetryRun } from '../actions/actions.ts';
import { isOver } from '../data/queries/run-pages.ts';
import { useKeys } from '../keyboard/keys.ts';
import { useMay } from '../session/session.tsx';
import { useNow } from '../ui/clock/now.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { PlayIcon, StopIcon } from '../ui/icons.tsx';
import { waitsForRetry } from '../ui/status/run-words.ts';
import { AgainAction } from './again-action.tsx';

interface RunActionsProps {
  readonly run: Run;
  /** The run's job was deleted or recreated, so the run cannot run again. */
  readonly isJobGone: boolean;
}

/** The actions on a run in its current state: cancel, cancel by force, run again, retry now. */
export function RunActions({ run, isJobGone }: RunActionsProps) {
  const may = useMay();
  if (!may.operate) return null;
  if (isOver(run)) return <AgainAction run={run} isJobGone={isJobGone} />;
  return <OpenActions run={run} />;
}

function OpenActions({ run }: { readonly run: Run }) {
  const now = useNow();
  const retry = useRetryRun();
  const isWaiting = waitsForRetry(run, now);
  const makeDue = (): void => {
    if (!retry.isPending) retry.mutate({ run });
  };
  useKeys(isWaiting ? [{ key: 'r', does: 'Retry now', run: makeDue }] : []);
  return (
    <>
      {isWaiting ? (
        <Button variant="default" leftSection={<PlayIcon />} loading={retry.isPending} onClick={makeDue}>
          Retry now
        </Button>
      ) : null}
      <CancelAction run={run} />
    </>
  );
}

function CancelAction({ run }: { readonly run: Run }) {
  // Keeps the open question, even if another user changes the run meanwhile.
  const [asking, setAsking] = useState({ isOpen: false, isForce: false });
  const cancel = useCancelRun();
  // Force is for a run whose handler has ignored its signal.
  const mayForce = run.cancel_requested;
  const { isForce } = asking;
  const ask = (): void => setAsking({ isOpen: true, isForce: mayForce });
  const close = (): void => setAsking((before) => ({ ...before, isOpen: false }));
  useKeys([
    {
      key: 'c',
      does: mayForce ? 'Cancel the run by force' : 'Cancel the run',
      run: ask,
    },
  ]);
  return (
    <>
      <Button variant="light" color="red" leftSection={<StopIcon />} onClick={ask}>
        {mayForce ? 'Cancel by force' : 'Cancel'}
      </Button>
      <Confirm
        opened={asking.isOpen}
        onClose={close}
        onConfirm={() => cancel.mutate({ run, force: isForce }, { onSettled: close })}
        title={isForce ? 'Cancel this run by force?' : 'Cancel this run?'}
        confirmLabel={isForce ? 'Cancel by force' : 'Cancel the run'}
        backLabel="Back"
        danger
        isBusy={cancel.isPending}
      >
        {isForce ? <ForceMeaning /> : <CancelMeaning run={run} />}
      </Confirm>
    </>
  );
}

function CancelMeaning({ run }: { readonly run: Run }) {
  return (
    <Text>
      {run.status === 'running'
        ? 'The handler is asked to stop. Its finished work is not undone. If the handler returns normally, the run counts as succeeded. If it does not stop, you can cancel the run by force.'
        : 'The waiting run will not start, and its slot will not be run later.'}
    </Text>
  );
}

function ForceMeaning() {
  return (
    <Text>
      The run was asked to stop but is still running. By force, it counts as cancelled now, and the job
      continues without it. The handler still runs until it ends: it keeps its place, and its work may
      conflict with the next run.
    </Text>
  );
}
