import { type JobType, listJobTypes } from '@greenvue/jobs/client';
import { CliError, EXIT } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { isObject } from '../input/json-input.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { printFacts, printJson } from '../terminal/print.ts';
import { printable, printableJson } from '../terminal/printable.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { budgetText, counted } from '../terminal/words.ts';

/** `types`, and `types <type>` */
export const showTypesCommand = restCommand(async (session, { json }: ApiFlags, name: string | undefined) => {
  const types = await listJobTypes(session.api);
  if (name === undefined) {
    if (json) printJson(session.out, { data: types });
    else createTable(session.out, COLUMNS).print(types);
    return;
  }
  const type = types.find((known) => known.type === name);
  if (type === undefined) {
    const known = types.map((other) => printable(other.type)).join(', ');
    throw new CliError(
      `There is no job type ${printable(name)}. The job types are: ${known}.`,
      EXIT.notFound,
    );
  }
  if (json) printJson(session.out, type);
  else printType(session, type);
});

const COLUMNS: readonly Column<JobType>[] = [
  { title: 'TYPE', text: ({ type }) => type },
  {
    title: 'RUNS IN',
    text: ({ isolation }) => (isolation === 'thread' ? 'a thread' : 'the server'),
    isOptional: true,
  },
  { title: 'TIMEOUT', text: ({ timeout }) => timeout },
  { title: 'ATTEMPTS', text: ({ max_attempts }) => String(max_attempts), isOptional: true },
  { title: 'DESCRIPTION', text: ({ description }) => description, least: 20 },
];

function printType({ out }: Session, type: JobType): void {
  printFacts(out, [
    ['Type', type.type],
    ['Description', type.description],
    ['Version', String(type.version)],
    ['Timeout', type.timeout],
    ['Attempts', String(type.max_attempts)],
    ['Jobs pause after', type.pause_after === 'none' ? '' : budgetText(type.pause_after)],
    ['Limits', type.limits == null ? '' : limitsText(type.limits)],
    ['Waiting for limits', type.limits == null ? '' : waitingText(type.limits)],
    ['Operators may set', type.operators_may_set.map(printable).join(', ') || 'nothing'],
    ['Defaults', type.defaults === null ? 'none: a field is required' : printableJson(type.defaults)],
  ]);
  const fields = fieldsOf(type);
  out.line();
  if (fields.length === 0) out.line('The payload has no fields.');
  else createTable(out, FIELD_COLUMNS).print(fields);
}

/** `5 runs at a time, 100 starts in 1m, for each /tenant_id` */
function limitsText({ running, rate, per, from_version }: NonNullable<JobType['limits']>): string {
  const parts = [
    ...(running === null ? [] : [`${counted(running, 'run')} at a time`]),
    ...(rate === null ? [] : [`${counted(rate.runs, 'start')} in ${rate.per}`]),
    ...(per === null ? [] : [`for each ${printable(per)}`]),
    ...(from_version == null ? [] : [`from version ${from_version} of the type`]),
  ];
  return parts.join(', ');
}

/** The server counts to it. */
const MOST_RUNS_COUNTED = 10_000;

/** `37 runs, for 5 full values`. Empty: the caller must not know it. */
function waitingText({ per, full, waiting }: NonNullable<JobType['limits']>): string {
  if (waiting == null || full == null) return '';
  if (waiting === 0) return 'no runs';
  const runs = waiting < MOST_RUNS_COUNTED ? counted(waiting, 'run') : '10,000 or more runs';
  return per === null ? runs : `${runs}, for ${counted(full, 'full value')}`;
}

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly fallback: string;
  readonly description: string;
}

const FIELD_COLUMNS: readonly Column<Field>[] = [
  { title: 'PAYLOAD FIELD', text: ({ name }) => name },
  { title: 'KIND', text: ({ kind }) => kind, least: 12 },
  { title: 'DEFAULT', text: ({ fallback }) => fallback, least: 8 },
  { title: 'MEANS', text: ({ description }) => description, least: 20 },
];

function fieldsOf({ payload_schema: schema }: JobType): readonly Field[] {
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, property]) => ({
    name,
    kind: isObject(property) ? kindOf(property) : 'anything',
    fallback: fallbackOf(property, required.includes(name)),
    description: isObject(property) && typeof property.description === 'string' ? property.description : '',
  }));
}

function fallbackOf(property: unknown, isRequired: boolean): string {
  if (isObject(property) && property.default !== undefined) return JSON.stringify(property.default);
  return isRequired ? 'required' : 'none';
}

/** The type in short; --json prints the complete JSON Schema. */
function kindOf(property: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(property.enum)) return property.enum.map((value) => JSON.stringify(value)).join(' | ');
  const { type, minimum, maximum } = property;
  const kind = typeof type === 'string' ? type : 'see --json';
  const from = typeof minimum === 'number' && Number.isSafeInteger(minimum) ? `from ${minimum}` : '';
  const to = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `to ${maximum}` : '';
  return [kind, from, to].filter(Boolean).join(' ');
}
