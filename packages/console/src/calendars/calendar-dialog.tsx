import type { Calendar } from '@greenvue/jobs/client';
import { Button, Select, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { localZoneName } from '../ui/clock/time-text.ts';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
import { useLast } from '../ui/feedback/use-last.ts';
import { LIMITS } from '../ui/limits.ts';
import { Plain } from '../ui/text/text.tsx';
import { CalendarWindowFields } from './calendar-window-fields.tsx';
import { usePutCalendar } from './use-change-calendar.ts';
import {
  type CalendarFormDraft,
  calendarBody,
  draftOfCalendar,
  isComplete,
  newCalendar,
  type WindowDraft,
  withOneMore,
} from './window-draft.ts';
import { labelOfPointer } from './window-words.ts';

/** The most windows of a calendar. */
const MOST_WINDOWS = 100;

interface DialogProps {
  /** The calendar to edit, or `new`. Undefined: the dialog is closed. */
  readonly calendar: Calendar | 'new' | undefined;
  /** The ids in use. A new calendar must not replace another one. */
  readonly ids: readonly string[];
  readonly onClose: () => void;
}

/** Creates or edits a calendar. */
export function CalendarDialog({ calendar, ids, onClose }: DialogProps) {
  const action = usePutCalendar();
  const shown = useLast(calendar) ?? 'new';
  return (
    <FormDialog
      action={action}
      opened={calendar !== undefined}
      onClose={onClose}
      title={
        shown === 'new' ? (
          'New calendar'
        ) : (
          <>
            Edit calendar <Plain>{shown.id}</Plain>
          </>
        )
      }
      size="lg"
    >
      <CalendarForm
        key={shown === 'new' ? '' : shown.id}
        calendar={shown}
        ids={ids}
        action={action}
        onClose={onClose}
      />
    </FormDialog>
  );
}

interface FormProps extends Pick<DialogProps, 'ids' | 'onClose'> {
  readonly calendar: Calendar | 'new';
  readonly action: ReturnType<typeof usePutCalendar>;
}

function CalendarForm({ calendar, ids, action, onClose }: FormProps) {
  const isNew = calendar === 'new';
  const [draft, setDraft] = useState(() =>
    isNew ? newCalendar(localZoneName()) : draftOfCalendar(calendar),
  );
  const change = (part: Partial<CalendarFormDraft>) => setDraft((before) => ({ ...before, ...part }));
  const id = draft.id.trim();
  const isTaken = isNew && ids.includes(id);
  const submit = (): void => action.mutate({ id, body: calendarBody(draft) }, { onSuccess: onClose });
  return (
    <DialogForm
      fault={faultSentences(action.error, labelOfPointer)}
      submitLabel={isNew ? 'Create calendar' : 'Save'}
      isBusy={action.isPending}
      isReady={isComplete(draft) && !isTaken}
      onSubmit={submit}
      onClose={onClose}
    >
      {isNew ? (
        <TextInput
          label="Id"
          description="The name that jobs use for the calendar, such as holidays. Can't be changed later."
          error={isTaken ? 'A calendar has this id: choose another one.' : undefined}
          maxLength={LIMITS.jobId}
          value={draft.id}
          onChange={({ currentTarget }) => change({ id: currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      ) : null}
      <TextInput
        label="Name"
        description="The name that people see. Empty: the id."
        maxLength={LIMITS.jobName}
        value={draft.name}
        onChange={({ currentTarget }) => change({ name: currentTarget.value })}
        autoComplete="off"
      />
      <ZoneSelect timezone={draft.timezone} onChange={(timezone) => change({ timezone })} />
      <WindowsFields windows={draft.windows} onChange={(windows) => change({ windows })} />
    </DialogForm>
  );
}

interface ZoneProps {
  readonly timezone: string;
  readonly onChange: (timezone: string) => void;
}

function ZoneSelect({ timezone, onChange }: ZoneProps) {
  const own = localZoneName();
  // The server may know names that browsers do not list, such as CET.
  const zones = useMemo(
    () => [...new Set(['UTC', own, timezone, ...Intl.supportedValuesOf('timeZone')])],
    [own, timezone],
  );
  return (
    <Select
      label="Time zone"
      description="The zone of all local dates and times of the windows."
      searchable
      openOnFocus={false}
      allowDeselect={false}
      nothingFoundMessage="No matching time zone"
      data={zones}
      value={timezone}
      onChange={(zone) => {
        if (zone !== null) onChange(zone);
      }}
    />
  );
}

interface WindowsProps {
  readonly windows: readonly WindowDraft[];
  readonly onChange: (windows: readonly WindowDraft[]) => void;
}

function WindowsFields({ windows, onChange }: WindowsProps) {
  return (
    <>
      {windows.map((window, n) => (
        <CalendarWindowFields
          key={window.key}
          window={window}
          number={n + 1}
          onChange={(part) =>
            onChange(windows.map((one) => (one.key === window.key ? { ...one, ...part } : one)))
          }
          onRemove={
            windows.length === 1 ? undefined : () => onChange(windows.filter(({ key }) => key !== window.key))
          }
        />
      ))}
      {windows.length >= MOST_WINDOWS ? null : (
        <Button variant="default" onClick={() => onChange(withOneMore(windows))}>
          Add a window
        </Button>
      )}
    </>
  );
}
