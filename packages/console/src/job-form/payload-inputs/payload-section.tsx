import { Checkbox, Group, SegmentedControl, Text, Title } from '@mantine/core';
import { useCallback, useId, useState } from 'react';
import blocks from '../../ui/layout/blocks.module.css';
import { isWithoutPayload, PAYLOAD, payloadOf, withPayload, withPayloadPerRun } from '../draft/draft.ts';
import type { JobForm } from '../draft/use-job-form.ts';
import { focusField } from '../fields/focus-field.ts';
import { useFault, useField } from '../fields/use-field.ts';
import { parseJson, textOf } from '../payload/json-text.ts';
import { isObject, type Json, setAt, type Value } from '../payload/json-value.ts';
import { asForm, asText, type PayloadDraft } from '../payload/payload-draft.ts';
import type { Field } from '../payload/payload-model.ts';
import { fieldId, pointerOf } from '../payload/pointer.ts';
import { JsonEditor } from './json-editor.tsx';
import { type ChangePayload, PayloadContext } from './payload-context.tsx';
import { PayloadMembers } from './payload-field.tsx';
import classes from './payload-inputs.module.css';

interface PayloadSectionProps {
  readonly form: JobForm;
  /** Undefined until a type is chosen. */
  readonly field: Field | undefined;
  /** The saved job has a payload, which the server does not let it lose. */
  readonly isKept: boolean;
}

const POINTER = pointerOf(PAYLOAD);

/** The payload, as a form built from the type's schema or as JSON. */
export function PayloadSection({ form, field, isKept }: PayloadSectionProps) {
  const { draft, edit } = form;
  const isPerRun = isWithoutPayload(draft);
  const id = useId();
  const [isJudged, setJudged] = useState(false);
  const payload = payloadOf(draft);
  const write = (next: PayloadDraft) => edit(POINTER, (before) => withPayload(before, next));
  const show = (as: string) => {
    setJudged(false);
    if (as === 'json') return write({ as: 'json', text: asText(payload) });
    const read = asForm(payload, PAYLOAD);
    if (read.ok) return write(read.value);
    // The text stays, with its error.
    setJudged(true);
    focusField(POINTER);
  };
  if (field === undefined) {
    return (
      <Text size="sm" c="dimmed">
        Choose a job type to see its payload.
      </Text>
    );
  }
  const hasForm = field.kind === 'object' && !isPerRun;
  return (
    <div className={classes.payload}>
      <Group justify="space-between" align="center" gap="xs">
        <Title order={3} id={id} className={classes.partTitle}>
          Payload
        </Title>
        {hasForm ? (
          <SegmentedControl
            size="xs"
            aria-label="Edit the payload as"
            data={[
              { value: 'form', label: 'Form' },
              { value: 'json', label: 'JSON' },
            ]}
            value={payload.as}
            onChange={show}
          />
        ) : null}
      </Group>
      {draft.schedule.kind === 'on_demand' ? (
        <PayloadPerRun form={form} field={field} isKept={isKept} />
      ) : null}
      {isPerRun ? null : hasForm && payload.as === 'form' ? (
        <PayloadAsForm form={form} field={field} value={payload.value} labelledBy={id} />
      ) : (
        <PayloadAsJson payload={payload} isJudged={isJudged} onChange={write} />
      )}
    </div>
  );
}

/** For jobs on demand: whether each run brings its own payload. */
function PayloadPerRun({ form, field, isKept }: PayloadSectionProps & { readonly field: Field }) {
  const isChecked = form.draft.isPayloadPerRun;
  const { id, error } = useField(POINTER);
  return (
    <Checkbox
      {...(isChecked ? { id, error } : {})}
      label="Each run brings its own payload"
      description={isKept ? KEPT : PER_RUN}
      disabled={isKept && !isChecked}
      checked={isChecked}
      onChange={({ currentTarget: { checked } }) =>
        form.edit(POINTER, (before) => withPayloadPerRun(before, checked, field))
      }
    />
  );
}

const PER_RUN = 'The job has no payload. Run now asks for one; code that starts a run must pass one.';
const KEPT = 'Waiting runs may use the payload, so it stays. For a job without a payload, create a new job.';

interface PayloadAsFormProps {
  readonly form: JobForm;
  readonly field: Extract<Field, { kind: 'object' }>;
  readonly value: Value;
  readonly labelledBy: string;
}

function PayloadAsForm({ form, field, value, labelledBy }: PayloadAsFormProps) {
  const { edit } = form;
  const fault = useFault(POINTER);
  const change = useCallback<ChangePayload>(
    (path, next) =>
      edit(pointerOf(path), (before) => {
        const payload = payloadOf(before);
        if (payload.as === 'json') return before;
        const changed = setAt(payload.value, path.slice(PAYLOAD.length), next);
        return withPayload(before, { as: 'form', value: changed ?? {} });
      }),
    [edit],
  );
  const isEmpty = field.members.length === 0 && isObject(value) && Object.keys(value).length === 0;
  return (
    <PayloadContext value={change}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a second name */}
      <div id={fieldId(POINTER)} role="group" aria-labelledby={labelledBy} tabIndex={-1}>
        {isEmpty ? (
          <Text size="sm" c="dimmed">
            This type takes no payload.
          </Text>
        ) : (
          <PayloadMembers field={field} path={PAYLOAD} value={value} />
        )}
        {fault === undefined ? null : (
          <Text size="sm" mt="xs" className={blocks.fault}>
            {fault}
          </Text>
        )}
      </div>
    </PayloadContext>
  );
}

interface PayloadAsJsonProps {
  readonly payload: PayloadDraft;
  readonly isJudged: boolean;
  readonly onChange: (payload: PayloadDraft) => void;
}

function PayloadAsJson({ payload, isJudged, onChange }: PayloadAsJsonProps) {
  const text = asText(payload);
  const format = () => {
    const parsed = parseJson(text);
    const formatted = parsed.ok ? textOf(parsed.value) : text;
    if (formatted !== text) onChange({ as: 'json', text: formatted });
  };
  return (
    <JsonEditor
      id={fieldId(POINTER)}
      label="Payload as JSON"
      description="A JSON object. It is formatted when you leave the field."
      text={text}
      minRows={6}
      fault={useFault(POINTER)}
      isJudged={isJudged}
      check={mustBeObject}
      onChange={(next) => onChange({ as: 'json', text: next })}
      onLeave={format}
    />
  );
}

function mustBeObject(value: Json): string | undefined {
  return isObject(value) ? undefined : 'must be a JSON object: { … }';
}
