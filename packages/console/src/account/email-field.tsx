import { TextInput } from '@mantine/core';
import { LIMITS } from '../ui/limits.ts';

interface EmailFieldProps {
  readonly defaultValue?: string;
  readonly hasFocus: boolean;
}

/** The address of an account, in a form that reads it as `email`. */
export function EmailField({ defaultValue = '', hasFocus }: EmailFieldProps) {
  return (
    <TextInput
      label="E-mail"
      name="email"
      type="email"
      autoComplete="username"
      required
      withAsterisk={false}
      maxLength={LIMITS.email}
      defaultValue={defaultValue}
      data-autofocus={hasFocus ? true : undefined}
      autoFocus={hasFocus}
    />
  );
}
