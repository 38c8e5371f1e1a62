import type { Job, JobType } from '@greenvue/jobs/client';
import { Anchor, Button, Kbd, Text } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { AboutFields } from './about-fields.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import { ADVANCED_FIELDS, type PlacedFaults, placeFaults, shownFields } from './draft/faults.ts';
import type { JobForm } from './draft/use-job-form.ts';
import { FaultSummary } from './fields/fault-summary.tsx';
import { labelOf } from './fields/field-labels.ts';
import { focusField } from './fields/focus-field.ts';
import { FaultsContext } from './fields/form-faults.tsx';
import { FormSection } from './fields/form-section.tsx';
import { saveKey, useSaveKey } from './fields/save-key.ts';
import classes from './job-form.module.css';
import { payloadField } from './payload/payload-fields.ts';
import { type Field, UNKNOWN_FIELD } from './payload/payload-model.ts';
import { PayloadSection } from './payload-inputs/payload-section.tsx';
import { ScheduleFields } from './schedule/schedule-fields.tsx';
import { SchedulePreview } from './schedule/schedule-preview.tsx';
import { type ScheduleAnswer, useSchedulePreview } from './schedule/use-schedule-preview.ts';
import { TypeField } from './type-field.tsx';

interface JobFormViewProps {
  readonly form: JobForm;
  readonly types: readonly JobType[];
  /** The job that is edited; undefined for a new one. */
  readonly job: Job | undefined;
  /** What there is to say above the form. */
  readonly notice?: ReactNode;
  readonly saveLabel: string;
  /** What there is to say of the last try to save. */
  readonly saveNote?: string | undefined;
  readonly isSaving: boolean;
  readonly cancelHref: string;
  readonly onSave: () => void;
}

/** The form of a job, new or not: what it is called, what it does, when, and what if. */
export function JobFormView(props: JobFormViewProps) {
  const { form, types, job, notice, isSaving, onSave } = props;
  const { draft, refusal, refusals } = form;
  const element = useRef<HTMLFormElement>(null);
  const type = types.find((one) => one.type === draft.type);
  const payload = useMemo(() => payloadOfType(draft.type, type), [draft.type, type]);
  const answer = useSchedulePreview(draft.schedule, job);
  const { byField, all } = useFormFaults(form, payload, answer);
  const advanced = useAdvanced(all);
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
          onJump={advanced.jumpTo}
        />
        <AboutFields form={form} isNew={job === undefined} />
        <FormSection title="What it does">
          <TypeField form={form} types={types} isNew={job === undefined} />
          <PayloadSection form={form} field={payload} />
        </FormSection>
        <FormSection title="When it runs">
          <ScheduleFields form={form} />
          <SchedulePreview draft={draft.schedule} answer={answer} job={job} />
        </FormSection>
        <AdvancedFields form={form} type={type} isOpen={advanced.isOpen} onToggle={advanced.toggle} />
        <SaveBar {...props} />
      </form>
    </FaultsContext>
  );
}

/** Whether the advanced fields are unfolded, and the way to a field, be it one of them or not. */
function useAdvanced(faults: PlacedFaults['all']) {
  const [isOpen, setOpen] = useState(false);
  // It stays open when its faults are mended: else it would close on who is just writing in it.
  if (!isOpen && faults.some(({ field }) => isAdvanced(field))) setOpen(true);
  const [jump, setJump] = useState<{ readonly to: string }>();
  useEffect(() => {
    // After the drawing, so that what was folded is there.
    if (jump !== undefined) focusField(jump.to);
  }, [jump]);
  const jumpTo = (pointer: string) => {
    if (isAdvanced(pointer)) setOpen(true);
    setJump({ to: pointer });
  };
  return { isOpen, toggle: () => setOpen(!isOpen), jumpTo };
}

/**
 * What is wrong, at the fields that the form shows: what was refused, and what the server says of the
 * schedule as it is written.
 */
function useFormFaults(form: JobForm, payload: Field | undefined, answer: ScheduleAnswer): PlacedFaults {
  const { draft, refusal } = form;
  const shown = useMemo(() => shownFields(draft, payload), [draft, payload]);
  const placed = placeFaults(refusal.faults, shown);
  const live = placeFaults(answer.kind === 'refused' ? answer.faults : [], shown);
  return { byField: new Map([...live.byField, ...placed.byField]), all: placed.all };
}

/** The form for a type's payload; only JSON for a type that this server does not have. */
function payloadOfType(name: string, type: JobType | undefined): Field | undefined {
  if (name === '') return undefined;
  return type === undefined ? UNKNOWN_FIELD : payloadField(type.payload_schema);
}

function isAdvanced(pointer: string | undefined): boolean {
  return pointer !== undefined && ADVANCED_FIELDS.includes(pointer);
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
