import type { JobType } from '@greenvue/jobs/client';
import { Modal, Select } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useEnqueueRun } from '../actions/actions.ts';
import { useJobTypes } from '../data/queries/queries.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { runPath } from '../ui/paths.ts';
import { PayloadField, suggestedText, usePayloadLeave } from './payload-field.tsx';
import { readPayload } from './payload-input.ts';
import { RunForm } from './run-form.tsx';
import { StartField, useStart } from './start-field.tsx';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Runs a job type once, without a job made for it. */
export function EnqueueDialog({ opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Run a job type once" size="lg">
      <EnqueueWithTypes onClose={onClose} />
    </Modal>
  );
}

function EnqueueWithTypes({ onClose }: Pick<DialogProps, 'onClose'>) {
  const { data: types, error, refetch } = useJobTypes();
  if (types === undefined) return <NotLoaded error={error} rows={4} onRetry={refetch} />;
  return <EnqueueForm types={types} onClose={onClose} />;
}

const MEANING =
  'The run starts as soon as a node has a free place. The engine makes a job for such runs: its id is “enqueued.” and the name of the type. While that job is paused, the run waits.';

interface FormProps extends Pick<DialogProps, 'onClose'> {
  readonly types: readonly JobType[];
}

function EnqueueForm({ types, onClose }: FormProps) {
  const [, navigate] = useLocation();
  const [name, setName] = useState(types[0]?.type ?? '');
  // One text for each type, so that switching between types loses nothing.
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const type = types.find((one) => one.type === name);
  const text = texts.get(name) ?? suggestedText(type);
  const read = readPayload(text);
  const leave = usePayloadLeave(type);
  const start = useStart();
  const run = useEnqueueRun();
  const send = (runAt: string | undefined): void => {
    if (!read.ok) return;
    run.mutate(
      { type: name, payload: read.payload, runAt },
      { onSuccess: ({ id }) => navigate(runPath(id)) },
    );
  };
  return (
    <RunForm
      meaning={MEANING}
      type={type}
      action={run}
      isFaulty={!read.ok || type === undefined}
      onSubmit={() => start.whenRead(send)}
      onClose={onClose}
    >
      <Select
        label="Job type"
        description={type?.description}
        data={types.map((one) => one.type)}
        searchable={types.length > 7}
        openOnFocus={false}
        allowDeselect={false}
        nothingFoundMessage="No matching type"
        value={name}
        onChange={(next) => setName(next ?? name)}
      />
      <PayloadField
        description={leave.note}
        text={text}
        fault={read.ok ? undefined : read.fault}
        isFixed={!leave.isGiven}
        onChange={(next) => setTexts(new Map(texts).set(name, next))}
      />
      <StartField {...start} />
    </RunForm>
  );
}
