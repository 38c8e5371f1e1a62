import { Button, Group } from '@mantine/core';
import { useTicker } from '../clock/now.tsx';
import { type InstantDraft, instantDraft } from './instant-draft.ts';
import { InstantField } from './instant-field.tsx';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ENDS = [
  { label: '15 minutes', ms: 15 * MINUTE_MS },
  { label: '30 minutes', ms: 30 * MINUTE_MS },
  { label: '1 hour', ms: HOUR_MS },
  { label: '8 hours', ms: 8 * HOUR_MS },
  { label: '1 day', ms: 24 * HOUR_MS },
  { label: '1 week', ms: 7 * 24 * HOUR_MS },
] as const;

interface UntilFieldProps {
  readonly until: InstantDraft;
  readonly description: string;
  readonly fault: string | undefined;
  readonly onChange: (until: InstantDraft) => void;
}

/** The end of a pause, as a time or as a duration from now. */
export function UntilField({ until, description, fault, onChange }: UntilFieldProps) {
  const ticker = useTicker();
  const endIn = (ms: number): void => {
    const at = Math.ceil((ticker.exact() + ms) / MINUTE_MS) * MINUTE_MS;
    onChange(instantDraft(new Date(at).toISOString(), until.zone));
  };
  return (
    <>
      <InstantField
        label="Until"
        name="Until"
        description={description}
        fault={fault}
        draft={until}
        onChange={onChange}
      />
      <Group gap="xs" role="group" aria-label="Until, from now">
        {ENDS.map(({ label, ms }) => (
          <Button key={label} size="compact-sm" variant="default" onClick={() => endIn(ms)}>
            {label}
          </Button>
        ))}
      </Group>
    </>
  );
}
