import type { JobType } from '@greenvue/jobs/client';
import { Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { toJsonObject } from '../job-form/payload/json-value.ts';
import { asText, initialPayload } from '../job-form/payload/payload-draft.ts';
import { payloadField } from '../job-form/payload/payload-fields.ts';
import { useMay } from '../session/session.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Plain } from '../ui/text/text.tsx';

interface PayloadFieldProps {
  readonly description: ReactNode;
  readonly text: string;
  readonly fault: string | undefined;
  readonly isFixed?: boolean;
  readonly onChange: (text: string) => void;
}

/** The payload of one run, as JSON. */
export function PayloadField({ description, text, fault, isFixed = false, onChange }: PayloadFieldProps) {
  return (
    <Textarea
      classNames={{ input: blocks.code }}
      label="Payload"
      description={description}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fault}
      readOnly={isFixed}
      autosize
      minRows={4}
      maxRows={16}
      spellCheck={false}
    />
  );
}

/** The payload that a type suggests: its defaults. */
export function suggestedText(type: JobType | undefined): string {
  if (type === undefined) return '{}';
  const { defaults, payload_schema: schema } = type;
  return asText(initialPayload(payloadField(schema), defaults === null ? undefined : toJsonObject(defaults)));
}

/** Whether the viewer may choose the payload of a run, and a note about it. The server decides. */
export function usePayloadLeave(type: JobType | undefined): {
  readonly isGiven: boolean;
  readonly note: ReactNode;
} {
  const may = useMay();
  if (may.admin) return { isGiven: true, note: undefined };
  if (type === undefined) return { isGiven: false, note: undefined };
  const fields = type.operators_may_set;
  if (fields.length === 0) return { isGiven: false, note: 'Only admins can change the payload.' };
  const note = (
    <>
      Operators can change <Plain>{fields.join(', ')}</Plain>.
    </>
  );
  return { isGiven: true, note };
}
