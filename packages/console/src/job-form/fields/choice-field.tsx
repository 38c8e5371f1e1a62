import { Radio, Stack } from '@mantine/core';
import { WithHelp } from '../../ui/help/with-help.tsx';
import { FIELD_HELP } from '../labels/field-labels.ts';
import { useField } from './use-field.ts';

/** One of the values of a {@link ChoiceField}. */
export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly description: string;
}

interface ChoiceFieldProps<T> {
  readonly pointer: string;
  /** Instead of the usual label of the field. */
  readonly label?: string | undefined;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** A choice between a few values, each with its explanation. */
export function ChoiceField<T extends string>(props: ChoiceFieldProps<T>) {
  const { pointer, choices, value, onChange } = props;
  const field = useField(pointer);
  return (
    <WithHelp word={FIELD_HELP[pointer]}>
      <Radio.Group {...field} label={props.label ?? field.label} value={value} onChange={onChange}>
        <Stack gap={8} mt={6}>
          {choices.map((choice) => (
            <Radio key={choice.value} {...choice} />
          ))}
        </Stack>
      </Radio.Group>
    </WithHelp>
  );
}
