import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { PlusIcon, TrashIcon } from '../../ui/icons.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { focusFieldSoon } from '../fields/focus-field.ts';
import { useFault } from '../fields/use-field.ts';
import { fieldHelp, fieldLabel } from '../labels/field-words.ts';
import { isBlank, type Value } from '../payload/json-value.ts';
import { fits, initialItem, membersOf } from '../payload/payload-draft.ts';
import type { Field, ObjectField } from '../payload/payload-model.ts';
import { fieldId, type Path, pointerOf } from '../payload/pointer.ts';
import { JsonPart } from './json-part.tsx';
import { PartGroup } from './part-group.tsx';
import { useChangePayload } from './payload-context.tsx';
import {
  ChoiceControl,
  type ControlProps,
  FixedControl,
  NumberControl,
  TextControl,
  YesNoControl,
} from './payload-controls.tsx';
import classes from './payload-inputs.module.css';
import { PayloadList } from './payload-list.tsx';

/** The fields of an object, one below the other. */
export function PayloadMembers(props: {
  readonly field: ObjectField;
  readonly path: Path;
  readonly value: Value | undefined;
}) {
  const { field, path, value } = props;
  return (
    <Stack gap="md">
      {membersOf(field.members, value).map((member) => (
        <PayloadField
          key={member.key}
          field={member.field}
          path={[...path, member.key]}
          label={fieldLabel(member.key, member.field)}
          isRequired={member.isRequired}
          isKnown={member.isKnown}
          value={member.value}
        />
      ))}
    </Stack>
  );
}

interface PayloadFieldProps {
  readonly field: Field;
  readonly path: Path;
  readonly label: string;
  readonly value: Value | undefined;
  readonly isRequired: boolean;
  /** False for a key that the job type does not define. */
  readonly isKnown?: boolean;
}

/** One field of a payload, with the control for its schema. */
export function PayloadField({ isKnown = true, ...props }: PayloadFieldProps) {
  const { field, path, label, isRequired } = props;
  const value = props.value !== undefined && isBlank(props.value) ? undefined : props.value;
  const control = { ...props, value, heading: <Heading label={label} path={path} />, help: fieldHelp(field) };
  if (!isKnown) return <UnknownPart {...control} />;
  // A JSON field keeps its control whatever is typed, or it would lose the focus.
  if (field.kind !== 'json' && !fits(field, value)) return <JsonPart {...control} field={field} />;
  if (field.isNullable) return <NullablePart {...control} />;
  const isWhole = field.kind === 'object' || field.kind === 'list' || field.kind === 'fixed';
  if (isWhole && value === undefined) return <AbsentPart {...control} />;
  if (isWhole && !isRequired) return <RemovablePart {...control} />;
  return <Control {...control} />;
}

/** The label and the API key. */
function Heading({ label, path }: { readonly label: string; readonly path: Path }) {
  const key = path.at(-1);
  if (typeof key !== 'string' || key.toLowerCase() === label.toLowerCase()) return label;
  return (
    <>
      {label}{' '}
      <code className={classes.key} aria-hidden="true">
        {key}
      </code>
    </>
  );
}

function Control({ field, ...props }: ControlProps<Field>) {
  switch (field.kind) {
    case 'text':
      return <TextControl {...props} field={field} />;
    case 'number':
      return <NumberControl {...props} field={field} />;
    case 'yes_no':
      return <YesNoControl {...props} field={field} />;
    case 'choice':
      return <ChoiceControl {...props} field={field} />;
    case 'fixed':
      return <FixedControl {...props} field={field} />;
    case 'object':
      return (
        <PartGroup {...props}>
          <PayloadMembers field={field} path={props.path} value={props.value} />
        </PartGroup>
      );
    case 'list':
      return (
        <PartGroup {...props}>
          <PayloadList field={field} path={props.path} label={props.label} value={props.value}>
            {(item) => <PayloadField {...item} field={field.item} isRequired />}
          </PayloadList>
        </PartGroup>
      );
    case 'json':
      return <JsonPart {...props} field={field} />;
    default:
      return field satisfies never;
  }
}

/** A field that may be `null`, with a checkbox for that. */
function NullablePart(props: ControlProps<Field>) {
  const { field, path, label, heading, help, value, isRequired } = props;
  const change = useChangePayload();
  const pointer = pointerOf(path);
  const fault = useFault(pointer);
  const isNull = value === null;
  const begin = () => change(path, field.kind === 'fixed' ? field.value : startOf(field));
  return (
    <Stack gap={6}>
      {isNull ? (
        <div>
          <Text size="sm" component="div" className={classes.partName}>
            {heading}
          </Text>
          <Text size="xs" c="dimmed">
            {help}
          </Text>
        </div>
      ) : (
        <PayloadField {...props} field={{ ...field, isNullable: false }} isRequired={isRequired} />
      )}
      <Checkbox
        id={isNull ? fieldId(pointer) : `${fieldId(pointer)}-null`}
        label={`${label}: no value (null)`}
        error={isNull ? fault : undefined}
        checked={isNull}
        onChange={({ currentTarget }) => (currentTarget.checked ? change(path, null) : begin())}
      />
    </Stack>
  );
}

/** The first value of a nullable field; not its default, which may be `null`. */
function startOf(field: Field): Value | undefined {
  const start = initialItem({ ...field, isNullable: false, fallback: undefined });
  return isBlank(start) ? undefined : start;
}

/** An absent object or list. */
function AbsentPart({ field, path, label, heading, help, isRequired }: ControlProps<Field>) {
  const change = useChangePayload();
  const pointer = pointerOf(path);
  const fault = useFault(pointer);
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm" component="div" className={classes.partName}>
        {heading}
        {isRequired ? <span aria-hidden="true"> *</span> : null}
      </Text>
      {help === '' ? null : (
        <Text size="xs" c="dimmed">
          {help}
        </Text>
      )}
      <Button
        id={fieldId(pointer)}
        size="xs"
        variant="default"
        leftSection={<PlusIcon />}
        onClick={() => {
          change(path, field.fallback ?? initialItem(field));
          focusFieldSoon(pointer);
        }}
      >
        Set {label}
      </Button>
      {fault === undefined ? null : (
        <Text size="sm" className={blocks.fault}>
          {fault}
        </Text>
      )}
    </Stack>
  );
}

function RemovablePart(props: ControlProps<Field>) {
  const { path, label } = props;
  const change = useChangePayload();
  return (
    <div>
      <Control {...props} />
      <Group justify="flex-end" mt={4}>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<TrashIcon size={14} />}
          onClick={() => {
            change(path, undefined);
            focusFieldSoon(pointerOf(path));
          }}
        >
          Remove {label}
        </Button>
      </Group>
    </div>
  );
}

/**
 * A key that the job type does not define. The server refuses it, so the form shows it with a button that
 * removes it.
 */
function UnknownPart(props: ControlProps<Field>) {
  return (
    <div>
      <JsonPart {...props} help="The job type does not define this field, so the server refuses it." />
      <RemoveKey {...props} />
    </div>
  );
}

function RemoveKey({ path, label }: ControlProps<Field>) {
  const change = useChangePayload();
  const remove = () => {
    change(path, undefined);
    focusFieldSoon(pointerOf(path.slice(0, -1)));
  };
  return (
    <Button size="xs" mt={6} variant="default" leftSection={<TrashIcon />} onClick={remove}>
      Remove {label}
    </Button>
  );
}
