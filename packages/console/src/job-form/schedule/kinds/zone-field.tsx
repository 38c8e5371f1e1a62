import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { localZoneName } from '../../../ui/clock/time-text.ts';
import { useField } from '../../fields/use-field.ts';
import { ExampleButtons } from './example-buttons.tsx';
import type { PartProps } from './part-props.ts';

/** The time zone in which a schedule counts. */
export function ZoneField({ schedule, write }: PartProps) {
  const { timezone } = schedule;
  const own = localZoneName();
  // The server may know names that browsers do not list, such as CET.
  const zones = useMemo(() => [...new Set(['UTC', own, timezone, ...zoneNames()])], [own, timezone]);
  const choose = (zone: string | null) => {
    if (zone !== null) write('/timezone', { timezone: zone });
  };
  return (
    <div>
      <Select
        {...useField('/timezone')}
        description="The schedule uses this zone. A daily job still runs once a day when its clocks change."
        withAsterisk
        aria-required
        searchable
        openOnFocus={false}
        selectFirstOptionOnChange
        allowDeselect={false}
        nothingFoundMessage="No matching time zone"
        data={zones}
        value={timezone}
        onChange={choose}
      />
      {timezone === own ? null : (
        <ExampleButtons examples={[{ value: own, words: 'yours' }]} onTake={choose} />
      )}
    </div>
  );
}

function zoneNames(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}
