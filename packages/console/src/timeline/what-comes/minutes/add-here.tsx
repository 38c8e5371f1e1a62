import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { clockText, localZoneName } from '../../../ui/clock/time-text.ts';
import { useZone, type Zone } from '../../../ui/clock/zone.tsx';
import { PlusIcon } from '../../../ui/icons.tsx';
import { newDailyJobPath } from '../../../ui/paths.ts';
import { Spoken } from '../../../ui/text/text.tsx';

interface AddHereProps {
  /** A quiet minute (ms). */
  readonly at: number;
  /** In a list with several of these. */
  readonly isEach?: boolean;
}

/** Opens the form of a new job that runs each day at this minute. */
export function AddHere({ at, isEach = false }: AddHereProps) {
  const { zone } = useZone();
  const time = clockText(at, zone);
  return (
    <Button
      component={Link}
      href={dailyPath(at, zone)}
      size="compact-sm"
      variant="default"
      leftSection={<PlusIcon />}
    >
      Add your job here{isEach ? <Spoken>, at {time}</Spoken> : `, at ${time}`}
    </Button>
  );
}

function dailyPath(at: number, zone: Zone): string {
  const date = new Date(at);
  const [hour, minute] =
    zone === 'utc' ? [date.getUTCHours(), date.getUTCMinutes()] : [date.getHours(), date.getMinutes()];
  return newDailyJobPath({ hour, minute, timezone: zone === 'utc' ? 'UTC' : localZoneName() });
}
