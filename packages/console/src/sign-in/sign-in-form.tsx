import { Anchor, Button, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { EmailField } from '../account/email-field.tsx';
import { useAccounts, useTokens } from '../session/session.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { LIMITS } from '../ui/limits.ts';
import { signInFault } from './sign-in-fault.ts';

interface SignInFormProps {
  /** The address of the last sign-in. */
  readonly email?: string | undefined;
  /** Starts with the API token, because the last sign-in used one. */
  readonly isByToken?: boolean;
}

/** E-mail and password, or an API token. Without accounts, only a token. */
export function SignInForm({ email, isByToken = false }: SignInFormProps) {
  const tokens = useTokens();
  const accounts = useAccounts();
  const [byToken, setByToken] = useState(isByToken || accounts === undefined);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(undefined);
    const signIn = byToken
      ? tokens?.signInWithToken(fieldOf(form, 'token').trim())
      : accounts?.signIn({ email: fieldOf(form, 'email').trim(), password: fieldOf(form, 'password') });
    signIn?.catch((error: unknown) => setFault(signInFault(error, byToken))).finally(() => setBusy(false));
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {byToken ? <TokenField isOfGreenVue={accounts !== undefined} /> : <AccountFields email={email} />}
        <FaultAlert>{fault}</FaultAlert>
        <Button type="submit" loading={isBusy} fullWidth>
          Sign in
        </Button>
        {accounts === undefined ? null : (
          <Anchor
            component="button"
            type="button"
            size="sm"
            ta="center"
            onClick={() => {
              setByToken(!byToken);
              setFault(undefined);
            }}
          >
            {byToken ? 'Use e-mail and password' : 'Use an API token instead'}
          </Anchor>
        )}
      </Stack>
    </form>
  );
}

function AccountFields({ email }: { readonly email: string | undefined }) {
  return (
    <>
      <EmailField defaultValue={email ?? ''} hasFocus={email === undefined} />
      <PasswordInput
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        maxLength={LIMITS.password}
        visibilityToggleFocusable
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        data-autofocus={email === undefined ? undefined : true}
        autoFocus={email !== undefined}
      />
    </>
  );
}

function TokenField({ isOfGreenVue }: { readonly isOfGreenVue: boolean }) {
  return (
    <PasswordInput
      label="API token"
      description={
        isOfGreenVue ? 'Starts with gv_. Create one with npm run -s token or POST /api/tokens.' : undefined
      }
      name="token"
      autoComplete="off"
      required
      withAsterisk={false}
      maxLength={LIMITS.apiToken}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
      data-autofocus
      autoFocus
    />
  );
}

function fieldOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
