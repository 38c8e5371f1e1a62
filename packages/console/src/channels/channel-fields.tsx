import { Checkbox, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { type ChannelDraft, isKnownKind } from './channel-draft.ts';
import { type AlertCondition, CONDITION_WORDS, CONDITIONS } from './condition-words.ts';

interface FieldsProps {
  readonly draft: ChannelDraft;
  /** Whether the channel exists, and an empty address keeps the one it has. */
  readonly isEdit: boolean;
  readonly onChange: (part: Partial<ChannelDraft>) => void;
}

/** The fields that a new channel and an edit have in common. */
export function ChannelFields({ draft, isEdit, onChange }: FieldsProps) {
  return (
    <>
      {isEdit ? (
        <Switch
          label="On"
          description="While the channel is off, it gets no new alerts. Alerts that wait are still sent."
          checked={draft.isOn}
          onChange={(event) => onChange({ isOn: event.currentTarget.checked })}
        />
      ) : null}
      {isKnownKind(draft.kind) ? (
        <TargetField draft={draft} isEdit={isEdit} onChange={onChange} />
      ) : (
        <Text size="sm">The configuration of this kind can be changed only over the API.</Text>
      )}
      {isEdit && draft.kind === 'webhook' ? (
        <Checkbox
          label="Make a new signing secret"
          description="The receiver refuses alerts until it has the new secret."
          checked={draft.isNewSecret}
          onChange={(event) => onChange({ isNewSecret: event.currentTarget.checked })}
        />
      ) : null}
      <Switch
        label="For all jobs"
        description="Otherwise only for jobs that name the channel in their alerts"
        checked={draft.allJobs}
        onChange={(event) => onChange({ allJobs: event.currentTarget.checked })}
      />
      <ConditionsField chosen={draft.conditions} onChange={(conditions) => onChange({ conditions })} />
    </>
  );
}

function TargetField({ draft: { kind, target }, isEdit, onChange }: FieldsProps) {
  const isEmail = kind === 'email';
  const hidden = isEdit
    ? 'Leave it empty to keep the address'
    : 'The console never shows the whole address again';
  return (
    <TextInput
      label={isEmail ? 'Addresses' : 'Address'}
      description={isEmail ? 'Separate several addresses by commas' : hidden}
      placeholder={isEmail ? 'ops@example.com' : 'https://'}
      maxLength={2_000}
      value={target}
      onChange={(event) => onChange({ target: event.currentTarget.value })}
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
