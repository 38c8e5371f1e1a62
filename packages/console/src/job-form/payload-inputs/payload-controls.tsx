import { Checkbox, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type HTMLInputTypeAttribute, type ReactNode, useState } from 'react';
import type { Zone } from '../../ui/clock/zone.tsx';
import { instantDraft, readInstant } from '../../ui/instant/instant-draft.ts';
import { InstantField } from '../../ui/instant/instant-field.tsx';
import { useFault } from '../fields/use-field.ts';
import { scalarText } from '../labels/field-words.ts';
import { textOf } from '../payload/json-text.ts';
import { isWritten, UNFINISHED_TIME, type Value, written, writtenText } from '../payload/json-value.ts';
import { emptied, settle } from '../payload/payload-draft.ts';
import type {
  ChoiceField,
  Field,
  FixedField,
  NumberField,
  TextField,
  YesNoField,
} from '../payload/payload-model.ts';
import { fieldId, type Path, pointerOf } from '../payload/pointer.ts';
import { useChangePayload } from './payload-context.tsx';
import { SecretControl } from './secret-control.tsx';
import { useLeave } from './use-leave.ts';

export interface ControlProps<F extends Field> {
  readonly field: F;
  readonly path: Path;
  readonly label: string;
  /** The label with the key. */
  readonly heading: ReactNode;
  readonly help: string;
  readonly value: Value | undefined;
  readonly isRequired: boolean;
}

/** The props that all Mantine inputs here share. */
function useInputProps({ path, heading, help, isRequired }: ControlProps<Field>) {
  const pointer = pointerOf(path);
  return {
    id: fieldId(pointer),
    label: heading,
    description: help === '' ? undefined : help,
    error: useFault(pointer),
    withAsterisk: isRequired,
    'aria-required': isRequired,
  };
}

/** A text: one line, several lines, or an input type of the browser. */
export function TextControl(props: ControlProps<TextField>) {
  const { field, path, value } = props;
  const change = useChangePayload();
  const input = useInputProps(props);
  const text = typeof value === 'string' ? value : '';
  // An input of one line would drop line breaks.
  const [isTall] = useState(field.isLong || /[\r\n]/.test(text));
  if (field.isSecret) {
    const set = (next: Value | undefined) => change(path, next ?? emptied(field, props.isRequired));
    return <SecretControl input={input} name={props.label} value={value} onChange={set} />;
  }
  if (field.format === 'date-time' && (text === '' || !Number.isNaN(Date.parse(text)))) {
    return <InstantControl {...props} />;
  }
  const shared = {
    ...input,
    value: text,
    placeholder: placeholderOf(field),
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      change(path, currentTarget.value === '' ? emptied(field, props.isRequired) : currentTarget.value),
  };
  if (isTall) return <Textarea {...shared} autosize minRows={2} maxRows={16} />;
  return <TextInput {...shared} type={INPUT_TYPES[field.format ?? ''] ?? 'text'} />;
}

/** Without input types that drop values they cannot parse, such as `time`. */
const INPUT_TYPES: Readonly<Record<string, HTMLInputTypeAttribute>> = { email: 'email', uri: 'url' };

function InstantControl({ field, path, label, heading, help, value, isRequired }: ControlProps<TextField>) {
  const change = useChangePayload();
  const pointer = pointerOf(path);
  const [zone, setZone] = useState<Zone>('local');
  const isUnfinished = value !== undefined && isWritten(value);
  const draft = {
    ...instantDraft(typeof value === 'string' ? value : undefined, zone),
    ...(isUnfinished ? ({ isUnfinished } as const) : {}),
  };
  return (
    <InstantField
      id={fieldId(pointer)}
      label={heading}
      name={label}
      description={help}
      fault={useFault(pointer)}
      isRequired={isRequired}
      draft={draft}
      onChange={(next) => {
        setZone(next.zone);
        // Only a new time is a change; choosing another clock is not.
        if (next.zone !== draft.zone) return;
        const none = next.isUnfinished ? UNFINISHED_TIME : emptied(field, false);
        change(path, readInstant(next)?.replace('.000Z', 'Z') ?? none);
      }}
    />
  );
}

/** A number, kept as typed until the field is left. */
export function NumberControl(props: ControlProps<NumberField>) {
  const { field, path, value } = props;
  const change = useChangePayload();
  const input = useInputProps(props);
  const [isWriting, setWriting] = useState(false);
  const isOpen = value !== undefined && isWritten(value);
  const leave = useLeave(() => {
    setWriting(false);
    if (isOpen) change(path, settle(value));
  });
  return (
    <TextInput
      {...input}
      error={isOpen && !isWriting ? 'Must be a number' : input.error}
      inputMode={field.isWhole && (field.min ?? -1) >= 0 ? 'numeric' : 'text'}
      autoComplete="off"
      placeholder={placeholderOf(field)}
      value={numberText(value)}
      onFocus={() => setWriting(true)}
      onChange={({ currentTarget }) =>
        change(path, currentTarget.value.trim() === '' ? undefined : written(currentTarget.value, 'number'))
      }
      onBlur={leave}
    />
  );
}

function numberText(value: Value | undefined): string {
  if (value === undefined) return '';
  return isWritten(value) ? writtenText(value) : String(value);
}

/** Yes or no. An absent value has no default here, so nothing is ticked. */
export function YesNoControl(props: ControlProps<YesNoField>) {
  const { field, path, value, isRequired } = props;
  const change = useChangePayload();
  const { 'aria-required': _, withAsterisk, ...input } = useInputProps(props);
  if (typeof field.fallback === 'boolean') {
    return (
      <Checkbox
        {...input}
        checked={typeof value === 'boolean' ? value : field.fallback}
        onChange={({ currentTarget }) => change(path, currentTarget.checked)}
      />
    );
  }
  return (
    <Radio.Group
      {...input}
      withAsterisk={withAsterisk}
      value={value === true ? 'yes' : value === false ? 'no' : 'unset'}
      onChange={(chosen) => change(path, chosen === 'unset' ? undefined : chosen === 'yes')}
    >
      <Stack gap={6} mt={6}>
        <Radio value="yes" label="Yes" />
        <Radio value="no" label="No" />
        {isRequired ? null : <Radio value="unset" label="Not set" />}
      </Stack>
    </Radio.Group>
  );
}

/** One of several values. */
export function ChoiceControl(props: ControlProps<ChoiceField>) {
  const { field, path, value, isRequired } = props;
  const change = useChangePayload();
  const input = useInputProps(props);
  const at = field.values.findIndex((one) => Object.is(one, value));
  return (
    <Select
      {...input}
      data={field.values.map((one, place) => ({ value: String(place), label: scalarText(one) }))}
      searchable={field.values.length > 10}
      openOnFocus={false}
      nothingFoundMessage="No matching value"
      clearable={!isRequired}
      clearButtonProps={{ 'aria-label': `${props.label}: clear`, size: '24px' }}
      allowDeselect={false}
      placeholder={placeholderOf(field) ?? 'Select a value'}
      value={at === -1 ? null : String(at)}
      onChange={(chosen) => change(path, chosen === null ? undefined : field.values[Number(chosen)])}
    />
  );
}

/** A value that cannot change. */
export function FixedControl(props: ControlProps<FixedField>) {
  const { field } = props;
  const text = typeof field.value === 'string' ? field.value : textOf(field.value);
  return <TextInput {...useInputProps(props)} readOnly value={text} variant="filled" />;
}

function placeholderOf({ fallback }: Field): string | undefined {
  if (fallback === undefined || fallback === null || fallback === '') return undefined;
  return typeof fallback === 'object' ? undefined : String(fallback);
}
