import { AnySelect } from '../ui/toggles/any-select.tsx';
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
  return <AnySelect label="Job type" {...{ any, options, value, onChange }} />;
}

/** Chooses a tag in use, most used first. Absent while no job has a tag. */
export function TagSelect({ value, onChange, any = 'Any tag' }: JobSelectProps) {
  const { data: tags = [] } = useTags();
  const options = tags.map(({ tag, jobs }) => ({ value: tag, label: `${tag} (${jobs})` }));
  if (options.length === 0 && value === undefined) return null;
  return <AnySelect label="Tag" {...{ any, options, value, onChange }} />;
}
