import type { JobType } from '@greenvue/jobs/client';
import { Select, Stack, Text, TextInput } from '@mantine/core';
import { withType } from './draft/draft.ts';
import type { JobForm } from './draft/use-job-form.ts';
import { Notice } from './fields/notice.tsx';
import { useField } from './fields/use-field.ts';
import { payloadField } from './payload/payload-fields.ts';

interface TypeFieldProps {
  readonly form: JobForm;
  readonly types: readonly JobType[];
  /** An existing job keeps its type. */
  readonly isNew: boolean;
}

/** The job type. */
export function TypeField({ form, types, isNew }: TypeFieldProps) {
  const { draft, edit } = form;
  const field = useField('/type');
  const chosen = types.find(({ type }) => type === draft.type);
  const choose = (name: string | null) => {
    const type = types.find((one) => one.type === name);
    if (type === undefined) return;
    edit('/type', (before) => withType(before, type, payloadField(type.payload_schema)));
  };
  if (!isNew) return <FixedType type={draft.type} known={chosen} field={field} />;
  if (types.length === 0) {
    return (
      <Notice title="This server has no job types">
        No job can be created, because the server was started without job types.
      </Notice>
    );
  }
  return (
    <Select
      {...field}
      description={chosen === undefined ? "Can't be changed later." : describe(chosen)}
      withAsterisk
      aria-required
      placeholder="Select a job type"
      searchable={types.length > 7}
      openOnFocus={false}
      allowDeselect={false}
      nothingFoundMessage="No matching type"
      data={types.map(({ type }) => type)}
      renderOption={({ option }) => <Option type={types.find(({ type }) => type === option.value)} />}
      value={draft.type === '' ? null : draft.type}
      onChange={choose}
    />
  );
}

function describe({ description, isolation }: JobType): string {
  const where = isolation === 'thread' ? 'Runs in its own thread.' : "Runs on the server's event loop.";
  return description === '' ? where : `${description} ${where}`;
}

function Option({ type }: { readonly type: JobType | undefined }) {
  if (type === undefined) return null;
  return (
    <Stack gap={0}>
      <Text size="sm" fw={500}>
        {type.type}
      </Text>
      <Text size="xs" c="dimmed">
        {type.description}
      </Text>
    </Stack>
  );
}

interface FixedTypeProps {
  readonly type: string;
  readonly known: JobType | undefined;
  readonly field: ReturnType<typeof useField>;
}

function FixedType({ type, known, field }: FixedTypeProps) {
  return (
    <>
      <TextInput
        {...field}
        description={known === undefined ? undefined : `${describe(known)} Can't be changed later.`}
        readOnly
        variant="filled"
        value={type}
      />
      {known === undefined ? (
        <Notice title="This server does not have the job type">
          It cannot check changes to this job, so it refuses them. Use a server that has the type.
        </Notice>
      ) : null}
    </>
  );
}
