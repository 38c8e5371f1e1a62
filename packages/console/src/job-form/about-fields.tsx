import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useScope } from '../session/session.tsx';
import { LIMITS } from '../ui/limits.ts';
import { suggestId } from './draft/job-id.ts';
import type { JobForm } from './draft/use-job-form.ts';
import { FormSection } from './fields/form-section.tsx';
import { CODE_INPUT, useField } from './fields/use-field.ts';

interface AboutFieldsProps {
  readonly form: JobForm;
  /** An existing job keeps its id. */
  readonly isNew: boolean;
}

/** The name, id and description of a job. The id follows the name until the user types one. */
export function AboutFields({ form, isNew }: AboutFieldsProps) {
  const { draft, edit } = form;
  const { idPrefix } = useScope();
  const [hasOwnId, setOwnId] = useState(draft.id !== '');
  const writeName = (name: string) => {
    edit('/name', (before) => ({ ...before, name }));
    if (isNew && !hasOwnId) edit('/id', (before) => ({ ...before, id: suggestId(name, idPrefix) }));
  };
  const writeId = (id: string) => {
    setOwnId(id !== '');
    edit('/id', (before) => ({ ...before, id }));
  };
  return (
    <FormSection title="Name and id">
      <TextInput
        {...useField('/name')}
        description="Shown in lists, logs and alerts."
        withAsterisk
        aria-required
        autoComplete="off"
        value={draft.name}
        onChange={({ currentTarget }) => writeName(currentTarget.value)}
      />
      <IdField id={draft.id} isNew={isNew} onChange={writeId} />
      <Textarea
        {...useField('/description')}
        description={`What the job is for, and whom to ask. Up to ${LIMITS.description.toLocaleString('en')} characters.`}
        autosize
        minRows={2}
        maxRows={12}
        value={draft.description}
        onChange={({ currentTarget }) => {
          const description = currentTarget.value;
          edit('/description', (before) => ({ ...before, description }));
        }}
      />
    </FormSection>
  );
}

interface IdFieldProps {
  readonly id: string;
  readonly isNew: boolean;
  readonly onChange: (id: string) => void;
}

function IdField({ id, isNew, onChange }: IdFieldProps) {
  const { idPrefix } = useScope();
  const start = idPrefix === undefined ? '' : ` Begins with "${idPrefix}".`;
  return (
    <TextInput
      {...useField('/id')}
      description={
        isNew
          ? `Identifies the job in the API and in URLs. Can't be changed later. Letters, digits, ".", "_" and "-".${start}`
          : "Can't be changed later."
      }
      withAsterisk={isNew}
      aria-required={isNew}
      {...CODE_INPUT}
      value={id}
      {...(isNew ? {} : { readOnly: true, variant: 'filled' })}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
