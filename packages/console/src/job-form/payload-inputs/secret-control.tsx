import { Checkbox, PasswordInput, Stack, TextInput } from '@mantine/core';
import type { Value } from '../payload/json-value.ts';
import { nameOfSecret, SHOWN_SECRET } from '../payload/secret-value.ts';

interface SecretControlProps {
  /** What all inputs share: id, label, error. */
  readonly input: object;
  readonly name: string;
  readonly value: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
}

/** A secret: a new value, the stored one as it is, or the name of a stored secret. */
export function SecretControl({ input, name, value, onChange }: SecretControlProps) {
  const secretName = value === undefined ? undefined : nameOfSecret(value);
  const isKept = value === SHOWN_SECRET;
  return (
    <Stack gap={6}>
      {secretName === undefined ? (
        <PasswordInput
          {...input}
          value={typeof value === 'string' && !isKept ? value : ''}
          placeholder={isKept ? 'Kept as it is' : undefined}
          autoComplete="new-password"
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === '' ? undefined : currentTarget.value)
          }
        />
      ) : (
        <TextInput
          {...input}
          value={secretName}
          placeholder="Name of the secret, such as API_KEY"
          autoComplete="off"
          spellCheck={false}
          onChange={({ currentTarget }) => onChange({ $secret: currentTarget.value })}
        />
      )}
      <Checkbox
        label="Use a secret by name"
        aria-label={`${name}: use a secret by name`}
        checked={secretName !== undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked ? { $secret: '' } : undefined)}
      />
    </Stack>
  );
}
