import { Button, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { LIMITS } from '../ui/limits.ts';
import { passwordFault } from './password-fault.ts';

interface PasswordFormProps {
  /** False for a link from an e-mail, which replaces the current password. */
  readonly asksCurrent: boolean;
  readonly submitLabel: string;
  readonly onSubmit: (passwords: { readonly current: string; readonly next: string }) => Promise<void>;
}

/** A new password, typed twice. The fields are cleared once it is saved. */
export function PasswordForm({ asksCurrent, submitLabel, onSubmit }: PasswordFormProps) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const [current, next, again] = ['current', 'next', 'again'].map((name) => String(form.get(name) ?? ''));
    if (next !== again) {
      setFault('The two new passwords are different. Type the same one twice.');
      return;
    }
    setBusy(true);
    setFault(undefined);
    onSubmit({ current: current ?? '', next: next ?? '' })
      .then(() => element.reset())
      .catch((error: unknown) => setFault(passwordFault(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={420}>
        {asksCurrent ? (
          <Field label="Current password" name="current" autoComplete="current-password" />
        ) : null}
        <Field
          label="New password"
          name="next"
          autoComplete="new-password"
          description={`At least ${LIMITS.shortestPassword} characters`}
          minLength={LIMITS.shortestPassword}
        />
        <Field
          label="New password again"
          name="again"
          autoComplete="new-password"
          minLength={LIMITS.shortestPassword}
        />
        <FaultAlert>{fault}</FaultAlert>
        <Button type="submit" loading={isBusy}>
          {submitLabel}
        </Button>
      </Stack>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly autoComplete: string;
  readonly description?: string;
  readonly minLength?: number;
}

function Field({ label, ...field }: FieldProps) {
  return (
    <PasswordInput
      {...field}
      label={label}
      required
      withAsterisk={false}
      maxLength={LIMITS.password}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': `Show: ${label}` }}
    />
  );
}
