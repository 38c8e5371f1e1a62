import { Checkbox, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useJobTypes } from '../data/queries/queries.ts';
import { Help } from '../ui/help/help.tsx';
import { Fold } from '../ui/layout/fold.tsx';
import { maxJobsFault, type TokenDraft } from './token-draft.ts';

interface PolicyFieldsProps {
  readonly draft: TokenDraft;
  readonly onChange: (part: Partial<TokenDraft>) => void;
}

/** Limits on the jobs that the token makes or changes. All are optional. */
export function PolicyFields({ draft, onChange }: PolicyFieldsProps) {
  return (
    <Fold summary="Policy: limits on its jobs">
      <Stack gap="md" mt="xs">
        <Text size="sm" c="dimmed" component="div">
          The server refuses a request beyond a limit. A token with a policy manages jobs only: no tokens and
          no accounts. <Help word="policy" />
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <TextInput
            label="Shortest interval"
            description="The least time between two slots of a job."
            placeholder="5m"
            autoComplete="off"
            spellCheck={false}
            value={draft.minInterval}
            onChange={(event) => onChange({ minInterval: event.currentTarget.value })}
          />
          <TextInput
            label="Maximum number of jobs"
            description="Counts the jobs that this token made and that still exist."
            placeholder="20"
            inputMode="numeric"
            autoComplete="off"
            error={maxJobsFault(draft.maxJobs)}
            value={draft.maxJobs}
            onChange={(event) => onChange({ maxJobs: event.currentTarget.value })}
          />
        </SimpleGrid>
        <TypesField draft={draft} onChange={onChange} />
        <TextInput
          label="Tags"
          description="Separate tags by commas. Each job of the token must have at least one of these tags, and no others."
          placeholder="billing, eu"
          autoComplete="off"
          spellCheck={false}
          value={draft.tags}
          onChange={(event) => onChange({ tags: event.currentTarget.value })}
        />
      </Stack>
    </Fold>
  );
}

function TypesField({ draft, onChange }: PolicyFieldsProps) {
  const { data: known = [] } = useJobTypes();
  const names = known.map(({ type }) => type);
  return (
    <Stack gap="xs" role="group" aria-label="Job types">
      <Text size="sm" fw={500}>
        Job types
      </Text>
      <Text size="xs" c="dimmed">
        The token can make, change, run and delete only jobs of the checked types. If none is checked, all
        types are allowed.
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
        {names.map((type) => (
          <Checkbox
            key={type}
            label={type}
            checked={draft.types.includes(type)}
            onChange={(event) =>
              onChange({
                types: names.filter((one) =>
                  one === type ? event.currentTarget.checked : draft.types.includes(one),
                ),
              })
            }
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
