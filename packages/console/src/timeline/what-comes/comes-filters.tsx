import { Button, NativeSelect } from '@mantine/core';
import { useJobTypes, useTags } from '../../data/queries/queries.ts';
import { RANGES } from '../../ui/range/range.ts';
import { ChoiceRow } from '../choice-row.tsx';
import { COMES_RANGES, type ComesChange, type ComesView } from './comes-view.ts';

interface ComesFiltersProps {
  readonly view: ComesView;
  readonly onChange: (change: ComesChange) => void;
}

/** The length of the window, and which jobs it is about. */
export function ComesFilters({ view, onChange }: ComesFiltersProps) {
  const { range, type, tag } = view;
  const { data: types = [] } = useJobTypes();
  const { data: tags = [] } = useTags();
  return (
    <search aria-label="Forecast">
      <ChoiceRow
        label="Time range"
        choices={COMES_RANGES.map((name) => ({ value: name, label: RANGES[name].label }))}
        chosen={range}
        onChoose={(chosen) => onChange({ range: chosen })}
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
