import { Button, NativeSelect } from '@mantine/core';
import { useJobTypes, useTags } from '../../data/queries/queries.ts';
import { ChoiceRow } from '../choice-row.tsx';
import { type ComesChange, type ComesView, LENGTHS } from './comes-view.ts';

interface ComesFiltersProps {
  readonly view: ComesView;
  readonly onChange: (change: ComesChange) => void;
}

/** The length of the window, and which jobs it is about. */
export function ComesFilters({ view, onChange }: ComesFiltersProps) {
  const { length, type, tag } = view;
  const { data: types = [] } = useJobTypes();
  const { data: tags = [] } = useTags();
  return (
    <search aria-label="Forecast">
      <ChoiceRow
        label="Length"
        choices={LENGTHS.map((one) => ({ value: one, label: one.label }))}
        chosen={length}
        onChoose={(chosen) => onChange({ length: chosen })}
      >
        <NativeSelect
          aria-label="Job type"
          data={options(
            'Any type',
            types.map((one) => one.type),
            type,
          )}
          value={type ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ type: value })}
        />
        <NativeSelect
          aria-label="Tag"
          data={options(
            'Any tag',
            tags.map((one) => one.tag),
            tag,
          )}
          value={tag ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ tag: value })}
        />
        {type === undefined && tag === undefined ? null : (
          <Button variant="subtle" onClick={() => onChange({ type: undefined, tag: undefined })}>
            Clear filters
          </Button>
        )}
      </ChoiceRow>
    </search>
  );
}

/** A link may name a value that this server does not have, or no longer. */
function options(any: string, known: readonly string[], chosen: string | undefined) {
  const all = chosen === undefined || known.includes(chosen) ? known : [chosen, ...known];
  return [{ value: '', label: any }, ...all.map((value) => ({ value, label: value }))];
}
