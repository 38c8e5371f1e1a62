import { NativeSelect } from '@mantine/core';
import { useJobTypes, useTags } from './queries/queries.ts';

interface JobSelectProps {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  /** The choice of all. */
  readonly any?: string;
}

/** Chooses a job type. */
export function TypeSelect({ value, onChange, any = 'Any type' }: JobSelectProps) {
  const { data: types = [] } = useJobTypes();
  const options = types.map(({ type }) => ({ value: type, label: type }));
  return <Choice label="Job type" {...{ any, options, value, onChange }} />;
}

/** Chooses a tag in use, most used first. Absent while no job has a tag. */
export function TagSelect({ value, onChange, any = 'Any tag' }: JobSelectProps) {
  const { data: tags = [] } = useTags();
  const options = tags.map(({ tag, jobs }) => ({ value: tag, label: `${tag} (${jobs})` }));
  if (options.length === 0 && value === undefined) return null;
  return <Choice label="Tag" {...{ any, options, value, onChange }} />;
}

interface Option {
  readonly value: string;
  readonly label: string;
}

interface ChoiceProps extends Required<Omit<JobSelectProps, 'value'>> {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly Option[];
}

function Choice({ label, any, options, value, onChange }: ChoiceProps) {
  // A link may name a value that this server does not have, or no longer.
  const isKnown = value === undefined || options.some((option) => option.value === value);
  const known = isKnown ? options : [{ value, label: value }, ...options];
  return (
    <NativeSelect
      aria-label={label}
      data={[{ value: '', label: any }, ...known]}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}
