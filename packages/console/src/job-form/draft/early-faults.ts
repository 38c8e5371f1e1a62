import type { Fault } from '@greenvue/jobs/client';
import { isBegun, type ScheduleDraft } from '../parts/schedule-draft.ts';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly schedule: ScheduleDraft;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const ID_RULE =
  'must have 1 to 128 letters, digits, ".", "_" or "-", and begin with a letter or a digit, such as nightly-cleanup';

/**
 * The faults that the server checks before all else: it would say nothing about the other fields.
 */
export function earlyFaults({ id, name, schedule }: Named): readonly Fault[] {
  return [
    ...(ID.test(id.trim()) ? [] : [{ pointer: '/id', detail: ID_RULE }]),
    ...(name.trim() === '' ? [{ pointer: '/name', detail: 'must not be empty' }] : []),
    ...emptySchedule(schedule),
  ];
}

function emptySchedule(schedule: ScheduleDraft): readonly Fault[] {
  const { kind } = schedule;
  // The reader of the draft has a fault of its own for these.
  if (isBegun(schedule) || kind === 'run_at' || kind === 'after' || kind === 'on_demand') return [];
  return [{ pointer: `/${kind}`, detail: `is required, such as ${EXAMPLES[kind]}` }];
}

const EXAMPLES = {
  interval: '5m, 1h30m or 24h',
  cron: '0 3 * * *',
  rrule: 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9',
} as const;
