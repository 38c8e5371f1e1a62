import { NativeSelect, Text } from '@mantine/core';
import { useCalendars } from '../../data/queries/queries.ts';
import { faultWords } from '../../ui/feedback/fault-words.ts';
import { WithHelp } from '../../ui/help/with-help.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import type { JobForm } from '../draft/use-job-form.ts';
import { type Choice, ChoiceField } from '../fields/choice-field.tsx';
import { useFault, useField } from '../fields/use-field.ts';
import { FIELD_HELP } from '../labels/field-labels.ts';
import { type CalendarMode, NO_CALENDAR } from '../parts/calendar-draft.ts';
import { fieldId } from '../payload/pointer.ts';

const NONE = { value: '', label: 'No calendar' };

/** The calendar whose windows the job keeps out of. */
export function CalendarFields({ form }: { readonly form: JobForm }) {
  const { calendar, schedule } = form.draft;
  const { data: calendars = [], error } = useCalendars();
  const fault = useFault('/calendar');
  // A calendar that is not in the list yet is shown by its id.
  const isListed = calendar.id === '' || calendars.some(({ id }) => id === calendar.id);
  const ids = [...(isListed ? [] : [calendar.id]), ...calendars.map(({ id }) => id)];
  const choose = (id: string) =>
    form.edit('/calendar', (before) => ({
      ...before,
      calendar: id === '' ? NO_CALENDAR : { ...before.calendar, id },
    }));
  return (
    <>
      <div id={fieldId('/calendar')}>
        <WithHelp word={FIELD_HELP['/calendar/id']}>
          <NativeSelect
            {...useField('/calendar/id')}
            description={
              error === null
                ? 'The job skips what is due inside the windows of the calendar, or moves it to their end.'
                : `The calendars could not be read. ${faultWords(error).title}.`
            }
            data={[NONE, ...ids.map((id) => ({ value: id, label: labelOf(id, calendars) }))]}
            value={calendar.id}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
          />
        </WithHelp>
        {fault === undefined ? null : (
          <Text size="sm" className={blocks.fault}>
            {fault}
          </Text>
        )}
      </div>
      {calendar.id === '' ? null : (
        <ChoiceField
          pointer="/calendar/mode"
          choices={schedule.kind === 'after' ? MODES_OF_ENDS : MODES}
          value={calendar.mode}
          onChange={(mode) =>
            // The server's faults about the mode are about the calendar as a whole.
            form.edit('/calendar', (before) => ({ ...before, calendar: { ...before.calendar, mode } }))
          }
        />
      )}
    </>
  );
}

function labelOf(id: string, calendars: readonly { readonly id: string; readonly name: string }[]): string {
  const name = calendars.find((calendar) => calendar.id === id)?.name ?? id;
  return name === id ? id : `${name} (${id})`;
}

const MODES: readonly Choice<CalendarMode>[] = [
  { value: 'skip', label: 'Skip them', description: 'The history records them as skipped (skip).' },
  {
    value: 'move',
    label: 'Move them to the end of the window',
    description: 'One run covers all slots of the window (move).',
  },
];

const MODES_OF_ENDS: readonly Choice<CalendarMode>[] = [
  { value: 'skip', label: 'Start no run', description: 'The history records a skipped run (skip).' },
  {
    value: 'move',
    label: 'Start it at the end of the window',
    description: 'Until then, the run waits and takes its room (move).',
  },
];

/** What the preview of a schedule says about the calendar. */
export function calendarNote(mode: CalendarMode): string {
  return mode === 'skip'
    ? 'Without the slots inside the windows of the calendar.'
    : 'Slots inside a window of the calendar are at its end.';
}
