import { ApiError, type CreateAlertChannel, type SavedAlertChannel } from '@greenvue/jobs/client';
import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepOpen } from '../ui/feedback/confirm.tsx';
import { FaultAlert } from '../ui/feedback/fault-alert.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { LIMITS } from '../ui/limits.ts';
import { CopyButton } from '../ui/text/copy-button.tsx';
import { Plain } from '../ui/text/text.tsx';
import { type AlertCondition, CONDITION_WORDS, CONDITIONS } from './condition-words.ts';
import { useCreateChannel } from './use-channels.ts';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Creates a channel, and shows the secret that the server made for it. */
export function NewChannelDialog({ opened, onClose }: DialogProps) {
  const create = useCreateChannel();
  const close = (): void => {
    create.reset();
    onClose();
  };
  const secret = create.data?.secret ?? undefined;
  return (
    <Modal opened={opened} onClose={create.isPending ? keepOpen : close} title="New channel" size="lg">
      {opened && secret === undefined ? (
        <ChannelForm action={create} onClose={close} />
      ) : (
        <NewSecret secret={secret ?? ''} onClose={close} />
      )}
    </Modal>
  );
}

function NewSecret({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  return (
    <Stack gap="md">
      <Alert title="Copy the signing secret now">
        It is shown only this once. The receiver checks the signature of each alert with it.
      </Alert>
      <Group gap="xs">
        <code>{secret}</code>
        <CopyButton text={() => secret} what="the secret" />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

const KINDS = [
  { value: 'email', label: 'E-mail' },
  { value: 'webhook', label: 'Webhook' },
  { value: 'slack', label: 'Slack' },
];

interface Draft {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly allJobs: boolean;
  readonly conditions: readonly AlertCondition[];
}

interface FormProps {
  readonly action: ReturnType<typeof useCreateChannel>;
  readonly onClose: () => void;
}

function ChannelForm({ action, onClose }: FormProps) {
  const [draft, setDraft] = useState<Draft>({
    id: '',
    kind: 'email',
    target: '',
    allJobs: true,
    conditions: CONDITIONS,
  });
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const isReady = draft.id.trim() !== '' && draft.target.trim() !== '' && draft.conditions.length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady)
      action.mutate(bodyOf(draft), {
        onSuccess: ({ secret }: SavedAlertChannel) => (secret === null ? onClose() : undefined),
      });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FaultAlert>{action.isError ? <Plain>{faultText(action.error)}</Plain> : undefined}</FaultAlert>
        <TextInput
          label="Id"
          description="Jobs name the channel by it, such as ops. It can't be changed later."
          maxLength={LIMITS.jobId}
          value={draft.id}
          onChange={(event) => change({ id: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Select
          label="Kind"
          data={KINDS}
          allowDeselect={false}
          value={draft.kind}
          onChange={(kind) => change({ kind: kind ?? 'email', target: '' })}
        />
        <TargetField draft={draft} onChange={(target) => change({ target })} />
        <Switch
          label="For all jobs"
          description="Otherwise only for jobs that name the channel in their alerts"
          checked={draft.allJobs}
          onChange={(event) => change({ allJobs: event.currentTarget.checked })}
        />
        <ConditionsField chosen={draft.conditions} onChange={(conditions) => change({ conditions })} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={action.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={!isReady}>
            Create channel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TargetField({
  draft: { kind, target },
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (target: string) => void;
}) {
  const isEmail = kind === 'email';
  return (
    <TextInput
      label={isEmail ? 'Addresses' : 'Address'}
      description={isEmail ? 'With a comma between them' : 'It is not shown whole again'}
      placeholder={isEmail ? 'ops@example.com' : 'https://'}
      maxLength={2_000}
      value={target}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

function ConditionsField({
  chosen,
  onChange,
}: {
  readonly chosen: readonly AlertCondition[];
  readonly onChange: (conditions: readonly AlertCondition[]) => void;
}) {
  return (
    <Stack gap="xs" role="group" aria-label="Conditions">
      <Text size="sm" fw={500}>
        Conditions
      </Text>
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="xs">
        {CONDITIONS.map((condition) => (
          <Checkbox
            key={condition}
            label={CONDITION_WORDS[condition]}
            checked={chosen.includes(condition)}
            onChange={(event) =>
              onChange(
                CONDITIONS.filter((one) =>
                  one === condition ? event.currentTarget.checked : chosen.includes(one),
                ),
              )
            }
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function bodyOf({ id, kind, target, allJobs, conditions }: Draft): CreateAlertChannel {
  const text = target.trim();
  const config = kind === 'email' ? { to: text.split(',').map((one) => one.trim()) } : { url: text };
  return {
    id: id.trim(),
    kind,
    config,
    all_jobs: allJobs,
    conditions: conditions.length === CONDITIONS.length ? null : [...conditions],
  };
}

/** Each fault with the label of its field. */
function faultText(error: unknown): string {
  if (error instanceof ApiError && error.faults.length > 0)
    return error.faults.map(({ pointer, detail }) => `${labelOf(pointer)} ${detail}.`).join(' ');
  const { title, advice, detail } = faultWords(error);
  return detail ?? `${title}. ${advice}`;
}

function labelOf(pointer: string): string {
  if (pointer === '/id') return 'The id';
  if (pointer === '/config/to') return 'Addresses';
  return pointer === '/config/url' ? 'The address' : '';
}
