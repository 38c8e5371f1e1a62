import { SimpleGrid, Text } from '@mantine/core';
import { Help } from '../ui/help/help.tsx';
import type { JobForm } from './draft/use-job-form.ts';
import { ShortField } from './fields/short-field.tsx';
import classes from './job-form.module.css';
import { FIELD_LABELS } from './labels/field-labels.ts';
import { GATE_PARTS, type GatePart } from './parts/gate-draft.ts';

const GATE_HELP: Readonly<Record<GatePart, string>> = {
  job: 'The id of that job.',
  succeeded_within: 'How long ago its last success may have ended: from 1s to 9600h.',
};

const EXAMPLES: Readonly<Record<GatePart, string>> = { job: 'import', succeeded_within: '24h' };

/** The gate of the job: another job that must have succeeded. */
export function GateFields({ form }: { readonly form: JobForm }) {
  const { gate } = form.draft;
  const write = (part: GatePart, text: string) =>
    form.edit(`/only_if/${part}`, (before) => ({ ...before, gate: { ...before.gate, [part]: text } }));
  return (
    <fieldset className={classes.plainGroup}>
      <legend className={classes.plainLegend}>{FIELD_LABELS['/only_if']}</legend>
      <Text component="div" size="xs" c="dimmed">
        Without such a success, the run is skipped when it is due. Optional. <Help word="gate" />
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" mt="sm">
        {GATE_PARTS.map((part) => (
          <ShortField
            key={part}
            pointer={`/only_if/${part}`}
            kind={part === 'job' ? 'text' : 'duration'}
            description={GATE_HELP[part]}
            example={EXAMPLES[part]}
            value={gate[part]}
            onChange={(text) => write(part, text)}
          />
        ))}
      </SimpleGrid>
    </fieldset>
  );
}
