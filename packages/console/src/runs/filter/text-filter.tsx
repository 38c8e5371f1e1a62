import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { cleanText } from './run-filters.ts';

interface TextFilterProps {
  readonly label: string;
  /** An empty value matches all runs. */
  readonly value: string;
  readonly onChange: (value: string | undefined) => void;
}

/** A filter that the user types. It applies on Enter, and when the user leaves the field. */
export function TextFilter({ label, value, onChange }: TextFilterProps) {
  const [text, setText] = useState(value);
  // The value changes by a link, the Back button and "Clear filters", too.
  useEffect(() => setText(value), [value]);
  const apply = (): void => {
    const wanted = cleanText(text);
    if (wanted !== value) onChange(wanted === '' ? undefined : wanted);
  };
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      value={text}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
    />
  );
}
