import type { JobType } from '@greenvue/jobs/client';
import { SimpleGrid, Text } from '@mantine/core';
import { useScope } from '../session/session.tsx';
import { Help } from '../ui/help/help.tsx';
import type { JobForm } from './draft/use-job-form.ts';
import { type Choice, ChoiceField } from './fields/choice-field.tsx';
import { FoldedSection } from './fields/folded-section.tsx';
import { ShortField } from './fields/short-field.tsx';
import classes from './job-form.module.css';
import { FIELD_LABELS } from './labels/field-labels.ts';
import {
  BUDGET_PARTS,
  type BudgetPart,
  EXPECT_PARTS,
  type ExpectPart,
  type WatchDraft,
} from './parts/watch-draft.ts';
import { ShortSection } from './short-section.tsx';

interface WatchFieldsProps {
  readonly form: JobForm;
  /** The job's type, whose failure budget may apply. */
  readonly type: JobType | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** How the job is labelled and watched. */
export function WatchFields({ form, type, isOpen, onToggle }: WatchFieldsProps) {
  const { watching } = form.draft;
  const { tags: scoped = [] } = useScope();
  const ofScope = scoped.length === 0 ? '' : ` At least one of these: ${scoped.join(', ')}.`;
  const write = (pointer: string, part: Partial<WatchDraft>) =>
    form.edit(pointer, (before) => ({ ...before, watching: { ...before.watching, ...part } }));
  return (
    <FoldedSection
      title="Tags, failure budget and alerts"
      lead="When the job pauses itself, and when somebody must look at it"
      isOpen={isOpen}
      onToggle={onToggle}
    >
      <ShortField
        pointer="/tags"
        kind="text"
        description={`Labels for filters and bulk actions, such as billing, eu. At most 16.${ofScope}`}
        value={watching.tags}
        onChange={(tags) => write('/tags', { tags })}
      />
      <BudgetFields watching={watching} type={type} write={write} />
      <ExpectFields watching={watching} write={write} />
      <ShortField
        pointer="/alerts"
        kind="text"
        description="Ids of channels that get the alerts of this job, besides the channels for all jobs."
        value={watching.alerts}
        onChange={(alerts) => write('/alerts', { alerts })}
      />
      <ShortSection form={form} type={type} section="watching" />
    </FoldedSection>
  );
}

interface PartProps {
  readonly watching: WatchDraft;
  readonly write: (pointer: string, part: Partial<WatchDraft>) => void;
}

const BUDGET_HELP: Readonly<Record<BudgetPart, string>> = {
  failures: 'The number of failed runs that pauses the job: 1 to 50.',
  of_last:
    'How many of the last runs count: at most 50. If you leave it empty, the failures must be in a row.',
};

function BudgetFields({ watching, type, write }: PartProps & { readonly type: JobType | undefined }) {
  const { budgetOf, budget } = watching;
  return (
    <>
      <ChoiceField
        pointer="/pause_after"
        choices={budgetChoices(type)}
        value={budgetOf}
        onChange={(value) => write('/pause_after', { budgetOf: value })}
      />
      {budgetOf === 'job' ? (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          {BUDGET_PARTS.map((part) => (
            <ShortField
              key={part}
              pointer={`/pause_after/${part}`}
              description={BUDGET_HELP[part]}
              kind="number"
              value={budget[part]}
              onChange={(text) =>
                write(`/pause_after/${part}`, { budgetOf: 'job', budget: { ...budget, [part]: text } })
              }
            />
          ))}
        </SimpleGrid>
      ) : null}
    </>
  );
}

function budgetChoices(type: JobType | undefined): readonly Choice<WatchDraft['budgetOf']>[] {
  const given = type?.pause_after ?? 'none';
  const ofType =
    given === 'none'
      ? 'Its jobs never pause themselves.'
      : given.failures === given.of_last
        ? `After ${given.failures} failed runs in a row.`
        : `After ${given.failures} failed runs of the last ${given.of_last}.`;
  return [
    { value: 'type', label: 'As the job type says', description: ofType },
    {
      value: 'job',
      label: 'After failed runs',
      description: 'The engine pauses the job and says why. Resume it after you have fixed the cause.',
    },
    { value: 'none', label: 'Never', description: 'Failed runs do not pause the job.' },
  ];
}

const EXPECT_HELP: Readonly<Record<ExpectPart, string>> = {
  success_within: 'A run must succeed at least this often, or the job is overdue: 26h for a daily job.',
  duration: 'A run that takes longer makes the job slow.',
  start_within: 'A due run must start within this time, or the job is late. Default: 60s.',
};

function ExpectFields({ watching, write }: PartProps) {
  return (
    <fieldset className={classes.plainGroup}>
      <legend className={classes.plainLegend}>{FIELD_LABELS['/expect']}</legend>
      <Text component="div" size="xs" c="dimmed">
        If the job does not meet one of them, its health says so. All are optional.{' '}
        <Help word="expectation" />
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" mt="sm">
        {EXPECT_PARTS.map((part) => (
          <ShortField
            key={part}
            pointer={`/expect/${part}`}
            kind="duration"
            description={EXPECT_HELP[part]}
            value={watching.expect[part]}
            onChange={(text) => write(`/expect/${part}`, { expect: { ...watching.expect, [part]: text } })}
          />
        ))}
      </SimpleGrid>
    </fieldset>
  );
}
