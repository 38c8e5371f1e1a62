import { Button, Tooltip } from '@mantine/core';
import { localZoneName } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';

/** Switches all times of the page between the local zone and UTC. */
export function ZoneButton() {
  const { zone, setZone } = useZone();
  const other = zone === 'utc' ? 'local' : 'utc';
  const own = `your time zone (${localZoneName()})`;
  const label = zone === 'utc' ? `Times are in UTC. Change to ${own}` : `Times are in ${own}. Change to UTC`;
  return (
    <Tooltip label={label}>
      <Button variant="subtle" color="gray" size="compact-md" fz="sm" fw={500} onClick={() => setZone(other)}>
        {zone === 'utc' ? 'UTC' : 'Local time'}
      </Button>
    </Tooltip>
  );
}
