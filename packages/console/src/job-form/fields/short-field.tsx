import { TextInput } from '@mantine/core';
import { WithHelp } from '../../ui/help/with-help.tsx';
import { DidYouMean } from './did-you-mean.tsx';
import { FIELD_HELP } from './field-labels.ts';
import { CODE_INPUT, useField } from './use-field.ts';

interface ShortFieldProps {
  readonly pointer: string;
  readonly description: string;
  /** The value that applies if the field is empty. */
  readonly placeholder?: string | undefined;
  readonly isNumber?: boolean;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** A field for a word, a number or a duration. */
export function ShortField(props: ShortFieldProps) {
  const { pointer, description, placeholder, isNumber = false, value, onChange } = props;
  return (
    <WithHelp word={FIELD_HELP[pointer]}>
      <TextInput
        {...useField(pointer)}
        description={placeholder === undefined ? description : `${description} Default: ${placeholder}.`}
        placeholder={placeholder}
        inputMode={isNumber ? 'decimal' : 'text'}
        {...CODE_INPUT}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {isNumber ? null : <DidYouMean text={value} onTake={onChange} />}
    </WithHelp>
  );
}
