import { ApiError, type JobType } from '@greenvue/jobs/client';
import { Button, Group, Stack, Text } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { labelOf } from '../job-form/labels/field-labels.ts';
import { payloadField } from '../job-form/payload/payload-fields.ts';
import { UNKNOWN_FIELD } from '../job-form/payload/payload-model.ts';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { plainDetail } from '../ui/feedback/fault-words.ts';
import { Plain } from '../ui/text/text.tsx';

interface RunFormProps {
  /** What the run will do, in a sentence or two. */
  readonly meaning: string;
  /** The type of the run; its schema names the fields. */
  readonly type: JobType | undefined;
  readonly action: { readonly isPending: boolean; readonly error: unknown };
  /** Whether a field has an error. */
  readonly isFaulty: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The form of a dialog that starts a run. */
export function RunForm(props: RunFormProps) {
  const { meaning, type, action, isFaulty, onSubmit, onClose, children } = props;
  const refusal = serverFault(action.error, type);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isFaulty && !action.isPending) onSubmit();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">{meaning}</Text>
        {children}
        <FaultAlert>{refusal === undefined ? undefined : <Plain>{refusal}</Plain>}</FaultAlert>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-autofocus loading={action.isPending} disabled={isFaulty}>
            Run now
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The server's error about the payload or the time. */
function serverFault(error: unknown, type: JobType | undefined): string | undefined {
  if (!(error instanceof ApiError) || error.faults.length === 0) return undefined;
  const payload = type === undefined ? UNKNOWN_FIELD : payloadField(type.payload_schema);
  return error.faults
    .map(({ pointer, detail }) => `${labelOf(pointer, payload)}: ${plainDetail(detail)}`)
    .join('. ');
}
