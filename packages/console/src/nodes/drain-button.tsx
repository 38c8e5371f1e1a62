import type { JobNode } from '@greenvue/jobs/client';
import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { Plain } from '../ui/text/text.tsx';
import { type DrainCommand, useDrain } from './use-drain.ts';

interface ButtonProps {
  readonly node: JobNode;
  readonly name: string;
  /** No other node could run what this one leaves. */
  readonly isLast: boolean;
}

/** Drains a node, or ends its drain, after a question that says what happens. */
export function DrainButton({ node, name, isLast }: ButtonProps) {
  const [isOpen, setOpen] = useState(false);
  // The dialog keeps its question while it closes.
  const [asked, setAsked] = useState<DrainCommand>('drain');
  const action = useDrain();
  const next = node.draining === null ? 'drain' : 'resume';
  const open = (): void => {
    setAsked(next);
    setOpen(true);
  };
  const confirm = (): void => {
    const close = () => setOpen(false);
    if (!action.isPending) action.mutate({ command: asked, node: node.node, name }, { onSettled: close });
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={`${next === 'drain' ? 'Drain' : 'Resume'} ${name}`}
      >
        {next === 'drain' ? 'Drain' : 'Resume'}
      </Button>
      <Confirm
        opened={isOpen}
        onClose={() => setOpen(false)}
        onConfirm={confirm}
        title={asked === 'drain' ? 'Drain this node?' : 'Resume this node?'}
        confirmLabel={asked === 'drain' ? 'Drain node' : 'Resume node'}
        isBusy={action.isPending}
      >
        {asked === 'drain' ? (
          <DrainEffect name={name} isLast={isLast} />
        ) : (
          <ResumeEffect name={name} places={node.places} />
        )}
      </Confirm>
    </>
  );
}

function DrainEffect({ name, isLast }: Pick<ButtonProps, 'name' | 'isLast'>) {
  return (
    <Stack gap="sm">
      <div>
        <Plain>{name}</Plain> starts no more runs. Running runs finish; queued ones wait for other nodes. Its
        API and this console continue.
      </div>
      {isLast ? <strong>No other node runs jobs: until you resume this node, no run starts.</strong> : null}
      <div>The drain ends when you resume the node or restart its process.</div>
    </Stack>
  );
}

function ResumeEffect({ name, places }: { readonly name: string; readonly places: number }) {
  return (
    <>
      <Plain>{name}</Plain> takes its share of the jobs again: it plans runs, and starts up to {places} at
      once.
    </>
  );
}
