import { TextInput } from '@mantine/core';
import { WithHelp } from '../../ui/help/with-help.tsx';
import { FIELD_HELP } from '../labels/field-labels.ts';
import { DidYouMean } from './did-you-mean.tsx';
import { CODE_INPUT, useField } from './use-field.ts';

interface ShortFieldProps {
  readonly pointer: string;
  readonly description: string;
  /** The value that applies if the field is empty. */
  readonly placeholder?: string | undefined;
  readonly example?: string | undefined;
  readonly kind: 'text' | 'duration' | 'number' | 'url';
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const INPUT_MODES = { text: 'text', duration: 'text', number: 'decimal', url: 'url' } as const;

/** A field for a few words, a duration, a number or an address. */
export function ShortField(props: ShortFieldProps) {
  const { pointer, description, placeholder, example, kind, value, onChange } = props;
  return (
    <WithHelp word={FIELD_HELP[pointer]}>
      <TextInput
        {...useField(pointer)}
        description={placeholder === undefined ? description : `${description} Default: ${placeholder}.`}
        placeholder={placeholder ?? example}
        inputMode={INPUT_MODES[kind]}
        {...CODE_INPUT}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {kind === 'duration' ? <DidYouMean text={value} onTake={onChange} /> : null}
    </WithHelp>
  );
}
