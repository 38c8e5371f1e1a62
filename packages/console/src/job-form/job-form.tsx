import type { Job, JobType } from '@greenvue/jobs/client';
import { Anchor, Button, Kbd, Text } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { AboutFields } from './about-fields.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import {
  ADVANCED_FIELDS,
  type PlacedFaults,
  placeFaults,
  shownFields,
  WATCH_FIELDS,
} from './draft/faults.ts';
import type { JobForm } from './draft/use-job-form.ts';
import { FaultSummary } from './fields/fault-summary.tsx';
import { focusField } from './fields/focus-field.ts';
import { FormSection } from './fields/form-section.tsx';
import { saveKey, useSaveKey } from './fields/save-key.ts';
import { FaultsContext } from './fields/use-field.ts';
import classes from './job-form.module.css';
import { labelOf } from './labels/field-labels.ts';
import { payloadField } from './payload/payload-fields.ts';
import { type Field, UNKNOWN_FIELD } from './payload/payload-model.ts';
import { PayloadSection } from './payload-inputs/payload-section.tsx';
import { CalendarFields } from './schedule/calendar-fields.tsx';
import { ScheduleFields } from './schedule/schedule-fields.tsx';
import { SchedulePreview } from './schedule/schedule-preview.tsx';
import { type ScheduleAnswer, useSchedulePreview } from './schedule/use-schedule-preview.ts';
import { TypeField } from './type-field.tsx';
import { WatchFields } from './watch-fields.tsx';

interface JobFormViewProps {
  readonly form: JobForm;
  readonly types: readonly JobType[];
  /** The edited job; undefined for a new one. */
  readonly job: Job | undefined;
  /** Shown above the form. */
  readonly notice?: ReactNode;
  readonly saveLabel: string;
  /** The result of the last attempt to save. */
  readonly saveNote?: string | undefined;
  readonly isSaving: boolean;
  readonly cancelHref: string;
  readonly onSave: () => void;
}

export function JobFormView(props: JobFormViewProps) {
  const { form, types, job, notice, isSaving, onSave } = props;
  const { draft, refusal, refusals } = form;
  const element = useRef<HTMLFormElement>(null);
  const type = types.find((one) => one.type === draft.type);
  const payload = useMemo(() => payloadOfType(draft.type, type), [draft.type, type]);
  const answer = useSchedulePreview(draft, job);
  const { byField, all } = useFormFaults(form, payload, answer);
  const folds = useFolds(all);
  useSaveKey(() => {
    if (!isSaving) onSave();
  }, element);
  return (
    <FaultsContext value={byField}>
      <form ref={element} className={classes.form} noValidate onSubmit={(event) => event.preventDefault()}>
        {notice}
        <FaultSummary
          faults={all}
          problem={refusal.problem}
          refusals={refusals}
          labelOf={(pointer) => labelOf(pointer, payload)}
          onJump={folds.jumpTo}
        />
        <AboutFields form={form} isNew={job === undefined} />
        <FormSection title="What it does">
          <TypeField form={form} types={types} isNew={job === undefined} />
          <PayloadSection form={form} field={payload} isKept={job !== undefined && job.payload !== null} />
        </FormSection>
        <FormSection title="When it runs">
          <ScheduleFields form={form} />
          {draft.schedule.kind === 'on_demand' ? null : <CalendarFields form={form} />}
        </FormSection>
        <aside className={classes.aside} aria-label="Preview of the schedule">
          <SchedulePreview draft={draft.schedule} gate={draft.gate} answer={answer} job={job} />
        </aside>
        <AdvancedFields form={form} type={type} {...folds.of('advanced')} />
        <WatchFields form={form} type={type} {...folds.of('watching')} />
        <SaveBar {...props} />
      </form>
    </FaultsContext>
  );
}

/** The sections that are closed at first, and their fields. */
const FOLDS = { advanced: ADVANCED_FIELDS, watching: WATCH_FIELDS } as const;
type Fold = keyof typeof FOLDS;

/** Which sections are open, and a jump to any field. */
function useFolds(faults: PlacedFaults['all']) {
  const [open, setOpen] = useState<ReadonlySet<Fold>>(new Set());
  const toOpen = faults.flatMap(({ field }) => foldOf(field) ?? []).filter((fold) => !open.has(fold));
  // Stays open once its errors are fixed, so that it does not close while the user types in it.
  if (toOpen.length > 0) setOpen(new Set([...open, ...toOpen]));
  const [jump, setJump] = useState<{ readonly to: string }>();
  useEffect(() => {
    // After rendering, so that the opened fields exist.
    if (jump !== undefined) focusField(jump.to);
  }, [jump]);
  const jumpTo = (pointer: string) => {
    const fold = foldOf(pointer);
    if (fold !== undefined) setOpen(new Set([...open, fold]));
    setJump({ to: pointer });
  };
  const toggle = (fold: Fold) =>
    setOpen(new Set(open.has(fold) ? [...open].filter((one) => one !== fold) : [...open, fold]));
  const of = (fold: Fold) => ({ isOpen: open.has(fold), onToggle: () => toggle(fold) });
  return { of, jumpTo };
}

/**
 * The errors at the shown fields: from the last refusal, and from the server's check of the schedule while
 * typing.
 */
function useFormFaults(form: JobForm, payload: Field | undefined, answer: ScheduleAnswer): PlacedFaults {
  const { draft, refusal } = form;
  const shown = useMemo(() => shownFields(draft, payload), [draft, payload]);
  const placed = placeFaults(refusal.faults, shown);
  const live = placeFaults(answer.kind === 'refused' ? answer.faults : [], shown);
  return { byField: new Map([...live.byField, ...placed.byField]), all: placed.all };
}

/** The form of a type's payload; only JSON for a type that this server does not have. */
function payloadOfType(name: string, type: JobType | undefined): Field | undefined {
  if (name === '') return undefined;
  return type === undefined ? UNKNOWN_FIELD : payloadField(type.payload_schema);
}

/** The section that a field is in, if it can be closed. */
function foldOf(pointer: string | undefined): Fold | undefined {
  if (pointer === undefined) return undefined;
  if (FOLDS.advanced.includes(pointer)) return 'advanced';
  return FOLDS.watching.includes(pointer) ? 'watching' : undefined;
}

function SaveBar({ form, saveLabel, saveNote, isSaving, cancelHref, onSave }: JobFormViewProps) {
  return (
    <div className={classes.saveBar}>
      <Button onClick={onSave} loading={isSaving}>
        {saveLabel}
      </Button>
      <Anchor component={Link} href={cancelHref} size="sm" className={classes.cancel}>
        Cancel
      </Anchor>
      <Text size="sm" role="status">
        {saveNote}
      </Text>
      <Text size="xs" c="dimmed" className={classes.saveHint}>
        {form.isDirty ? 'Not saved yet. ' : ''}
        <Kbd size="xs">{saveKey()}</Kbd> saves.
      </Text>
    </div>
  );
}
