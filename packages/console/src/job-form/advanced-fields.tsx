import type { JobType } from '@greenvue/jobs/client';
import { SimpleGrid, Text } from '@mantine/core';
import { Help } from '../ui/help/help.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { type CatchUp, type Draft, type Overlap, overlapOf, type Priority } from './draft/draft.ts';
import type { JobForm } from './draft/use-job-form.ts';
import { type Choice, ChoiceField } from './fields/choice-field.tsx';
import { FoldedSection } from './fields/folded-section.tsx';
import { ShortField } from './fields/short-field.tsx';
import { useFault } from './fields/use-field.ts';
import { GateFields } from './gate-fields.tsx';
import classes from './job-form.module.css';
import { FIELD_LABELS } from './labels/field-labels.ts';
import { BACKOFF_PARTS, type BackoffPart } from './parts/backoff-draft.ts';
import { hasSlots } from './parts/schedule-draft.ts';
import { fieldId } from './payload/pointer.ts';
import { ShortSection } from './short-section.tsx';

interface AdvancedFieldsProps {
  readonly form: JobForm;
  /** The job's type, whose defaults apply to empty fields. */
  readonly type: JobType | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** Settings that most jobs leave at their defaults. */
export function AdvancedFields({ form, type, isOpen, onToggle }: AdvancedFieldsProps) {
  return (
    <FoldedSection
      title="Overlap, catch-up and retries"
      lead="What happens when runs are slow, missed or fail"
      isOpen={isOpen}
      onToggle={onToggle}
    >
      <OverlapField form={form} />
      {mayCatchUp(form.draft) ? <CatchUpField form={form} /> : null}
      <PriorityField form={form} />
      {form.draft.schedule.kind === 'on_demand' ? null : <GateFields form={form} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <ShortSection form={form} type={type} section="advanced" />
      </SimpleGrid>
      <BackoffFields form={form} type={type} />
    </FoldedSection>
  );
}

/** Also shown if its value is refused without slots. */
function mayCatchUp({ schedule, catchUp }: Draft): boolean {
  return hasSlots(schedule.kind) || catchUp === 'all';
}

const OVERLAPS: readonly Choice<Overlap>[] = [
  {
    value: 'skip',
    label: 'Skip the slot',
    description: 'One run at a time; the history records the slot as skipped (skip).',
  },
  {
    value: 'queue',
    label: 'Queue one run',
    description: 'One run is running, one waits, and further slots are skipped (queue).',
  },
  { value: 'allow', label: 'Run in parallel', description: 'As many runs as there are free places (allow).' },
  {
    value: 'cancel_previous',
    label: 'Replace the live run',
    description: 'The live run is cancelled. The new run starts when it has ended (cancel_previous).',
  },
];

/** Of a job that runs after another one, and so has no slots. */
const OVERLAPS_OF_ENDS: readonly Choice<Overlap>[] = [
  {
    value: 'skip',
    label: 'Start no run',
    description: 'One run at a time; the history records a skipped run (skip).',
  },
  {
    value: 'queue',
    label: 'Queue one run',
    description: 'One run is running, one waits, and further ones are skipped (queue).',
  },
  ...OVERLAPS.filter(({ value }) => value === 'allow' || value === 'cancel_previous'),
];

const CATCH_UPS: readonly Choice<CatchUp>[] = [
  { value: 'once', label: 'Run once for all', description: 'One run covers all missed slots (once).' },
  {
    value: 'skip',
    label: 'Skip all',
    description: 'The history records them as skipped, and the next slot is the next run (skip).',
  },
  {
    value: 'all',
    label: 'Run each',
    description: 'One after another, oldest first, at most 100; needs "Queue one run" above (all).',
  },
];

const PRIORITIES: readonly Choice<Priority>[] = [
  {
    value: 'high',
    label: 'Start these first',
    description: 'Before normal runs that became due up to 2m30s earlier, and low ones up to 5m (high).',
  },
  {
    value: 'normal',
    label: 'Start them in turn',
    description: 'In the order in which they became due (normal).',
  },
  {
    value: 'low',
    label: 'Start these last',
    description: 'After normal runs that become due up to 2m30s later, and high ones up to 5m (low).',
  },
];

function OverlapField({ form }: { readonly form: JobForm }) {
  const { draft, edit } = form;
  const isAfter = draft.schedule.kind === 'after';
  return (
    <ChoiceField
      pointer="/overlap"
      label={isAfter ? 'If a run is live when the next one is due' : undefined}
      choices={isAfter ? OVERLAPS_OF_ENDS : OVERLAPS}
      value={overlapOf(draft)}
      onChange={(overlap) => edit('/overlap', (before) => ({ ...before, overlap }))}
    />
  );
}

function CatchUpField({ form }: { readonly form: JobForm }) {
  return (
    <ChoiceField
      pointer="/catch_up"
      choices={CATCH_UPS}
      value={form.draft.catchUp}
      onChange={(catchUp) => form.edit('/catch_up', (before) => ({ ...before, catchUp }))}
    />
  );
}

function PriorityField({ form }: { readonly form: JobForm }) {
  return (
    <ChoiceField
      pointer="/priority"
      choices={PRIORITIES}
      value={form.draft.priority}
      onChange={(priority) => form.edit('/priority', (before) => ({ ...before, priority }))}
    />
  );
}

interface TypedProps {
  readonly form: JobForm;
  readonly type: JobType | undefined;
}

const BACKOFF_HELP: Readonly<Record<BackoffPart, string>> = {
  initial: 'The wait before the first retry.',
  max: 'The longest wait.',
  factor: 'The multiplier for each further wait: 1 to 100.',
  jitter: 'The random share of each wait, so that retries spread out: 0 to 1.',
};

function BackoffFields({ form, type }: TypedProps) {
  const { draft, edit } = form;
  const fault = useFault('/backoff');
  const id = fieldId('/backoff');
  const write = (part: BackoffPart, text: string) =>
    edit(`/backoff/${part}`, (before) => ({ ...before, backoff: { ...before.backoff, [part]: text } }));
  return (
    <fieldset
      id={id}
      className={classes.plainGroup}
      aria-describedby={fault === undefined ? `${id}-help` : `${id}-help ${id}-fault`}
    >
      <legend className={classes.plainLegend}>{FIELD_LABELS['/backoff']}</legend>
      <Text component="div" size="xs" c="dimmed">
        <span id={`${id}-help`}>After each failed attempt, the wait grows.</span> <Help word="backoff" />
      </Text>
      {fault === undefined ? null : (
        <Text id={`${id}-fault`} size="sm" className={blocks.fault}>
          {fault}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" mt="sm">
        {BACKOFF_PARTS.map((part) => (
          <ShortField
            key={part}
            pointer={`/backoff/${part}`}
            description={BACKOFF_HELP[part]}
            placeholder={type === undefined ? undefined : String(type.backoff[part])}
            kind={part === 'factor' || part === 'jitter' ? 'number' : 'duration'}
            value={draft.backoff[part]}
            onChange={(text) => write(part, text)}
          />
        ))}
      </SimpleGrid>
    </fieldset>
  );
}
