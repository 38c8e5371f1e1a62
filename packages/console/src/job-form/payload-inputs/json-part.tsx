import { useFault } from '../fields/use-field.ts';
import { textOf } from '../payload/json-text.ts';
import { isWritten, written, writtenText } from '../payload/json-value.ts';
import { settle } from '../payload/payload-draft.ts';
import type { Field } from '../payload/payload-model.ts';
import { fieldId, pointerOf } from '../payload/pointer.ts';
import { JsonEditor } from './json-editor.tsx';
import { useChangePayload } from './payload-context.tsx';
import type { ControlProps } from './payload-controls.tsx';

/** A field as JSON, because its schema is too complex for a form or its value does not fit its control. */
export function JsonPart({ field, path, heading, help, value, isRequired }: ControlProps<Field>) {
  const change = useChangePayload();
  const pointer = pointerOf(path);
  const isMisfit = field.kind !== 'json';
  return (
    <JsonEditor
      id={fieldId(pointer)}
      label={heading}
      description={
        isMisfit ? `${help} The current value does not fit this field, so it is shown as JSON.` : help
      }
      isRequired={isRequired}
      fault={useFault(pointer)}
      text={value === undefined ? '' : isWritten(value) ? writtenText(value) : textOf(value)}
      onChange={(text) => change(path, text.trim() === '' ? undefined : written(text, 'json'))}
      onLeave={() => {
        if (value !== undefined && isWritten(value)) change(path, settle(value));
      }}
    />
  );
}
