import type { NewApiToken } from '@greenvue/accounts';
import { ApiError } from '@greenvue/jobs/client';
import { Alert, Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useMay } from '../session/session.tsx';
import { useTicker } from '../ui/clock/now.tsx';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { LIMITS } from '../ui/limits.ts';
import { capital } from '../ui/text/capital.ts';
import { CopyButton } from '../ui/text/copy-button.tsx';
import { ROLE_WORDS, ROLES } from '../ui/text/role-words.ts';
import { Plain } from '../ui/text/text.tsx';
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
    <Modal
      opened={opened}
      onClose={make.isPending ? keepOpen : onClose}
      onExitTransitionEnd={make.reset}
      title="New token"
      size="lg"
    >
      {make.data === undefined ? (
        <TokenForm action={make} onClose={onClose} />
      ) : (
        <NewSecret token={make.data} onClose={onClose} />
      )}
    </Modal>
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
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady && !action.isPending) action.mutate(bodyOf(draft, ticker.exact()));
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
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
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={!isReady}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
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

/** Each fault with the label of its field. */
function faultText(error: unknown): string {
  if (error instanceof ApiError && error.faults.length > 0)
    return error.faults.map(({ pointer, detail }) => `${labelOf(pointer)} ${detail}.`).join(' ');
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}

function labelOf(pointer: string): string {
  if (pointer.startsWith('/policy/tags/')) return 'A tag';
  return LABELS[pointer] ?? pointer;
}
