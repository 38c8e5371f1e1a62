import type { Job } from '@greenvue/jobs/client';
import { Button, Checkbox, Group, SimpleGrid } from '@mantine/core';
import { useTicker } from '../../ui/clock/now.tsx';
import { instantDraft } from '../../ui/instant/instant-draft.ts';
import { InstantField } from '../../ui/instant/instant-field.tsx';
import { sinceCreated } from './last-gap.ts';
import type { WindowDraft, WindowFaults } from './use-window.ts';

const DAY_MS = 24 * 3_600_000;
const RANGES = [
  { label: 'Last 24 hours', ms: DAY_MS },
  { label: 'Last 7 days', ms: 7 * DAY_MS },
  { label: 'Last 30 days', ms: 30 * DAY_MS },
] as const;

interface WindowFieldsProps {
  readonly job: Job;
  /** The beginning of the last gap, in ms, if one is known. */
  readonly gap: number | undefined;
  readonly draft: WindowDraft;
  readonly faults: WindowFaults;
  readonly onChange: (draft: WindowDraft) => void;
}

/** From when to when slots are looked for. */
export function WindowFields({ job, gap, draft, faults, onChange }: WindowFieldsProps) {
  const ticker = useTicker();
  const since = (ms: number): void =>
    onChange({
      ...draft,
      from: instantDraft(new Date(Math.floor(ms / 1_000) * 1_000).toISOString(), draft.from.zone),
      to: { text: '', zone: draft.to.zone },
    });
  return (
    <>
      <Group gap="xs" role="group" aria-label="Range">
        {gap === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={() => since(gap)}>
            Since the last gap began
          </Button>
        )}
        {RANGES.map(({ label, ms }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            onClick={() => since(sinceCreated(job, ticker.exact() - ms))}
          >
            {label}
          </Button>
        ))}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <InstantField
          label="From"
          name="From"
          description="The first slot is at or after this time."
          fault={faults.from}
          isRequired
          draft={draft.from}
          onChange={(from) => onChange({ ...draft, from })}
        />
        <InstantField
          label="Before"
          name="Before"
          description="Optional. The last slot is before this time; without it, until now."
          fault={faults.to}
          draft={draft.to}
          onChange={(to) => onChange({ ...draft, to })}
        />
      </SimpleGrid>
      <Checkbox
        label="Also run slots again that succeeded"
        checked={draft.isAgain}
        onChange={(event) => onChange({ ...draft, isAgain: event.currentTarget.checked })}
      />
    </>
  );
}
