import type { NewApiToken } from '@greenvue/accounts';
import { Alert, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../session/session.tsx';
import { useTicker } from '../ui/clock/now.tsx';
import { DialogForm, FormDialog } from '../ui/feedback/dialog-form.tsx';
import { faultSentences } from '../ui/feedback/fault-words.ts';
import { LIMITS } from '../ui/limits.ts';
import { capital } from '../ui/text/capital.ts';
import { CopyButton } from '../ui/text/copy-button.tsx';
import { ROLE_WORDS, ROLES } from '../ui/text/role-words.ts';
import { PolicyFields } from './policy-fields.tsx';
import { bodyOf, LIFETIMES, maxJobsFault, NEW_TOKEN, type TokenDraft } from './token-draft.ts';
import { useMakeToken } from './use-tokens.ts';

interface NewTokenDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Creates an API token, and shows its secret once. */
export function NewTokenDialog({ opened, onClose }: NewTokenDialogProps) {
  const make = useMakeToken();
  return (
    <FormDialog action={make} opened={opened} onClose={onClose} title="New token" size="lg">
      {make.data === undefined ? (
        <TokenForm action={make} onClose={onClose} />
      ) : (
        <NewSecret token={make.data} onClose={onClose} />
      )}
    </FormDialog>
  );
}

function NewSecret({ token, onClose }: { readonly token: NewApiToken; readonly onClose: () => void }) {
  return (
    <Stack gap="md">
      <Alert title="Copy the token now">
        It is shown only this once. Send it as <code>Authorization: Bearer …</code>, or paste it to sign in to
        this console.
      </Alert>
      <Group gap="xs">
        <code data-autofocus tabIndex={-1}>
          {token.secret}
        </code>
        <CopyButton text={() => token.secret} what="the token" />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

interface TokenFormProps {
  readonly action: ReturnType<typeof useMakeToken>;
  readonly onClose: () => void;
}

function TokenForm({ action, onClose }: TokenFormProps) {
  const ticker = useTicker();
  const [draft, setDraft] = useState(NEW_TOKEN);
  const change = (part: Partial<TokenDraft>) => setDraft((before) => ({ ...before, ...part }));
  const isReady = draft.name.trim() !== '' && maxJobsFault(draft.maxJobs) === undefined;
  const submit = (): void => action.mutate(bodyOf(draft, ticker.exact()));
  return (
    <DialogForm
      fault={faultSentences(action.error, labelOf)}
      submitLabel="Create token"
      isBusy={action.isPending}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="What uses the token, such as deploys. Activity shows this name."
        autoComplete="off"
        maxLength={LIMITS.tokenName}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
      />
      <RoleSelect draft={draft} onChange={change} />
      <NativeSelect
        label="Valid for"
        data={LIFETIMES.map(({ days, label }) => ({ value: String(days), label }))}
        value={String(draft.days)}
        onChange={(event) => change({ days: Number(event.currentTarget.value) })}
      />
      <PolicyFields draft={draft} onChange={change} />
    </DialogForm>
  );
}

interface RoleSelectProps {
  readonly draft: TokenDraft;
  readonly onChange: (part: Partial<TokenDraft>) => void;
}

/** The roles up to the viewer's own. */
function RoleSelect({ draft, onChange }: RoleSelectProps) {
  const { admin } = useMay();
  return (
    <NativeSelect
      label="Role"
      description={`${ROLE_WORDS[draft.role]}. The token may never do more than you.`}
      data={ROLES.filter((role) => admin || role !== 'admin').map((role) => ({
        value: role,
        label: capital(role),
      }))}
      value={draft.role}
      onChange={(event) => {
        const { value } = event.currentTarget;
        onChange({ role: ROLES.find((role) => role === value) ?? draft.role });
      }}
    />
  );
}

const LABELS: Readonly<Record<string, string>> = {
  '/name': 'The name',
  '/policy/min_interval': 'The shortest interval',
  '/policy/max_jobs': 'The number of jobs',
  '/policy/tags': 'The tags',
};

function labelOf(pointer: string): string {
  if (pointer.startsWith('/policy/tags/')) return 'A tag';
  return LABELS[pointer] ?? pointer;
}
