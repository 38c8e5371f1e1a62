import { Button } from '@mantine/core';
import { TagSelect, TypeSelect } from '../../data/job-selects.tsx';
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
  return (
    <search aria-label="Forecast">
      <ChoiceRow
        label="Time range"
        choices={COMES_RANGES.map((name) => ({ value: name, label: RANGES[name].label }))}
        chosen={range}
        onChoose={(chosen) => onChange({ range: chosen })}
      >
        <TypeSelect value={type} onChange={(chosen) => onChange({ type: chosen })} />
        <TagSelect value={tag} onChange={(chosen) => onChange({ tag: chosen })} />
        {type === undefined && tag === undefined ? null : (
          <Button variant="subtle" onClick={() => onChange({ type: undefined, tag: undefined })}>
            Clear filters
          </Button>
        )}
      </ChoiceRow>
    </search>
  );
}
