import type { Run } from '@greenvue/jobs/client';
import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useRetryRun } from '../actions/actions.ts';
import { useKeys } from '../keyboard/keys.ts';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { PlayIcon } from '../ui/icons.tsx';
import { Slot } from '../ui/instant/instant.tsx';
import { runPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';

interface AgainActionProps {
  readonly run: Run;
  readonly isJobGone: boolean;
}

/** Starts a new run with the payload of a run that has ended, after a question. */
export function AgainAction({ run, isJobGone }: AgainActionProps) {
  const retry = useRetryRun();
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const ask = (): void => setAsking(true);
  const close = (): void => setAsking(false);
  const again = (): void =>
    retry.mutate({ run }, { onSuccess: (made) => navigate(runPath(made.id)), onSettled: close });
  useKeys(isJobGone ? [] : [{ key: 'r', does: 'Run again', words: 'retry rerun', run: ask }]);
  return (
    <>
      <Button
        leftSection={<PlayIcon />}
        onClick={ask}
        disabled={isJobGone}
        title={isJobGone ? 'The job was deleted, so this run cannot run again' : undefined}
      >
        Run again
      </Button>
      <Confirm
        opened={isAsking}
        onClose={close}
        onConfirm={again}
        title="Run this again?"
        confirmLabel="Run again"
        isBusy={retry.isPending}
      >
        <Meaning run={run} name={run.job_name} />
      </Confirm>
    </>
  );
}

function Meaning({ run, name }: { readonly run: Run; readonly name: string }) {
  const slot = run.scheduled_for;
  return (
    <Stack gap="sm">
      <Text>
        A new run of{' '}
        <strong>
          <Plain>{name}</Plain>
        </strong>{' '}
        starts now, with{' '}
        {run.payload_is_own ? 'the own payload of this run' : 'the payload that the job has now'}.
      </Text>
      {slot === null ? null : (
        <Text>
          It runs the same slot, <Slot at={slot} />. If it succeeds, the slot is no longer missing.
        </Text>
      )}
    </Stack>
  );
}
