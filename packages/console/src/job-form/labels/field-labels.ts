import type { HelpWord } from '../../ui/help/help-words.ts';
import { SHORT_FIELDS } from '../parts/short-fields.ts';
import type { Field } from '../payload/payload-model.ts';
import { isWithin, stepsOf } from '../payload/pointer.ts';
import { fieldLabel } from './field-words.ts';

/** The labels of the fields that every job has. */
export const FIELD_LABELS: Readonly<Record<string, string>> = {
  '/id': 'Id',
  '/name': 'Name',
  '/description': 'Description',
  '/type': 'Job type',
  '/payload': 'Payload',
  '/interval': 'Interval',
  '/interval_mode': 'Interval mode',
  '/cron': 'Cron expression',
  '/rrule': 'Recurrence rule',
  '/timezone': 'Time zone',
  '/run_at': 'Run at',
  '/after': 'After a job',
  '/after/job': 'Job to follow',
  '/after/on': 'When its run has',
  '/start_at': 'Start at',
  '/end_at': 'End at',
  '/max_runs': 'Most runs',
  '/spread': 'Spread',
  '/calendar': 'Calendar',
  '/calendar/id': 'Calendar',
  '/calendar/mode': 'What happens inside a window',
  '/overlap': 'If a run is live when a slot is due',
  '/catch_up': 'Slots missed during downtime',
  '/priority': 'If more runs are due than can start',
  '/only_if': 'Only if another job has succeeded',
  '/only_if/job': 'Job that must have succeeded',
  '/only_if/succeeded_within': 'Succeeded within',
  '/backoff': 'Waits between attempts',
  '/backoff/initial': 'First wait',
  '/backoff/max': 'Longest wait',
  '/backoff/factor': 'Factor',
  '/backoff/jitter': 'Jitter',
  '/tags': 'Tags',
  '/pause_after': 'When the job pauses itself',
  '/pause_after/failures': 'Failed runs',
  '/pause_after/of_last': 'Of the last runs',
  '/expect': 'Expectations',
  '/expect/success_within': 'A success at least every',
  '/expect/duration': 'Longest run',
  '/expect/start_within': 'Start within',
  '/alerts': 'Alert channels',
  ...ofShortFields(({ label }) => label),
};

/** The words of the glossary in the labels. */
export const FIELD_HELP: Readonly<Record<string, HelpWord>> = {
  '/interval_mode': 'fixed delay',
  '/spread': 'spread',
  '/calendar/id': 'calendar',
  '/overlap': 'overlap',
  '/catch_up': 'catch-up',
  '/priority': 'priority',
  '/only_if': 'gate',
  '/backoff': 'backoff',
  '/backoff/jitter': 'jitter',
  '/tags': 'tag',
  '/pause_after': 'failure budget',
  '/expect': 'expectation',
  '/expect/success_within': 'overdue',
  '/expect/duration': 'slow',
  '/expect/start_within': 'late',
  '/alerts': 'alert channel',
  ...ofShortFields(({ help }) => help),
};

function ofShortFields<T>(partOf: (field: (typeof SHORT_FIELDS)[number]) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(SHORT_FIELDS.map((field) => [`/${field.name}`, partOf(field)]));
}

/** The label of a pointer's field, with the labels around it: "Rules › Item 2 › Days". */
export function labelOf(pointer: string, payload: Field | undefined): string {
  const known = FIELD_LABELS[pointer];
  if (known !== undefined) return known;
  if (payload === undefined || !isWithin(pointer, '/payload')) return pointer;
  return payloadLabels(payload, stepsOf(pointer).slice(1)).join(' › ');
}

function payloadLabels(field: Field, [step, ...rest]: readonly string[]): readonly string[] {
  if (step === undefined) return [];
  if (field.kind === 'list') return [`Item ${Number(step) + 1}`, ...payloadLabels(field.item, rest)];
  const member = field.kind === 'object' ? field.members.find(({ key }) => key === step) : undefined;
  if (member === undefined) return [step, ...rest];
  return [fieldLabel(step, member.field), ...payloadLabels(member.field, rest)];
}
