import type { Fault, Job, JobType, PatchJob } from '@greenvue/jobs/client';
import type { HelpWord } from '../../ui/help/help-words.ts';
import { readNumber } from '../payload/payload-draft.ts';

interface FieldRow {
  /** The name of the field in the API. */
  readonly name: string;
  readonly section: 'advanced' | 'watching';
  readonly label: string;
  readonly help: HelpWord;
  readonly description: string;
  readonly kind: 'text' | 'duration' | 'url' | 'number';
  readonly example?: string;
  /** The value of an empty field, as text. Absent: an empty field has no value. */
  readonly ofType?: (type: JobType) => string;
}

const TEXT_FIELDS = [
  {
    name: 'timeout',
    section: 'advanced',
    label: 'Timeout',
    help: 'timeout',
    description:
      'The longest time that one attempt may take. After that, its signal aborts, and the attempt fails.',
    kind: 'duration',
    ofType: ({ timeout }) => timeout,
  },
  {
    name: 'expire_after',
    section: 'advanced',
    label: 'Expires after',
    help: 'expiry',
    description: 'A run that has not started this long after it was due is skipped: from 1s to 9600h.',
    kind: 'duration',
    example: '5m',
  },
  {
    name: 'ping_url',
    section: 'watching',
    label: 'Ping URL',
    help: 'ping',
    description: 'The URL of an outside monitor. It gets a request at each start, success and failure.',
    kind: 'url',
    example: 'https://hc-ping.com/…',
  },
] as const satisfies readonly FieldRow[];

const NUMBER_FIELDS = [
  {
    name: 'max_running',
    section: 'advanced',
    label: 'At most running',
    help: 'overlap',
    description:
      'At most this many runs of the job run at once; the others wait. Needs "Run in parallel" above.',
    kind: 'number',
    least: 1,
    most: 10_000,
  },
  {
    name: 'max_attempts',
    section: 'advanced',
    label: 'Attempts',
    help: 'attempt',
    description: 'The number of attempts, including the first: 1 to 1000.',
    kind: 'number',
    least: 1,
    most: 1_000,
    ofType: ({ max_attempts }) => String(max_attempts),
  },
] as const satisfies readonly (FieldRow & { readonly least: number; readonly most: number })[];

type TextName = (typeof TEXT_FIELDS)[number]['name'];
type NumberName = (typeof NUMBER_FIELDS)[number]['name'];
type ShortName = TextName | NumberName;

/**
 * The optional fields of a job that are one text or number. To add a field, add an entry above: the form, its
 * faults, the review of an edit and the merge of two edits use these tables.
 */
export const SHORT_FIELDS: readonly (FieldRow & { readonly name: ShortName })[] = [
  ...TEXT_FIELDS,
  ...NUMBER_FIELDS,
];

type Texts = { readonly [N in TextName]?: string };
type Numbers = { readonly [N in NumberName]?: number };

/** The values, named as in the API. */
export type ShortValues = Texts & Numbers;

/** The texts as they were typed. A missing one is empty. */
export type ShortDraft = Readonly<Partial<Record<ShortName, string>>>;

/** The pointers of a section's short fields, in the order of the form. */
export function shortPointers(section: FieldRow['section']): readonly string[] {
  return SHORT_FIELDS.filter((field) => field.section === section).map(({ name }) => `/${name}`);
}

/** The values of an existing job. */
export function shortOf(job: Job): ShortValues {
  return valuesOf(
    (name) => job[name] ?? undefined,
    (name) => job[name] ?? undefined,
  );
}

export function shortDraft(values: ShortValues): ShortDraft {
  return shortTexts((name) => (values[name] === undefined ? undefined : String(values[name])));
}

/** A text for each field that has one. */
export function shortTexts(textOf: (name: ShortName) => string | undefined): ShortDraft {
  return valuesAt(
    SHORT_FIELDS.map(({ name }) => name),
    textOf,
  );
}

/** Reads a draft, and adds the faults that prevent sending it. */
export function readShort(draft: ShortDraft, faults: Fault[]): ShortValues {
  return valuesOf(
    (name) => draft[name]?.trim() || undefined,
    (name) => {
      const text = draft[name] ?? '';
      const bounds = NUMBER_FIELDS.find((field) => field.name === name);
      return bounds && readNumberField({ ...bounds, text, pointer: `/${name}` }, faults);
    },
  );
}

/** The part of a merge patch that changes the short fields. */
export function shortPatch(before: ShortValues, after: ShortValues): PatchJob {
  const isSame = (name: ShortName) => before[name] === after[name];
  const texts: { readonly [N in TextName]?: string | null } = valuesAt(TEXT_NAMES, (name) =>
    isSame(name) ? undefined : (after[name] ?? null),
  );
  const numbers: { readonly [N in NumberName]?: number | null } = valuesAt(NUMBER_NAMES, (name) =>
    isSame(name) ? undefined : (after[name] ?? null),
  );
  return { ...texts, ...numbers };
}

interface ThreeValues {
  readonly base: ShortValues;
  readonly mine: ShortValues;
  readonly theirs: ShortValues;
}

/** Applies the user's edit to the saved job: fields that `mine` did not change stay theirs. */
export function mergeShort({ base, mine, theirs }: ThreeValues): ShortValues {
  const kept = (name: ShortName): ShortValues => (base[name] === mine[name] ? theirs : mine);
  return valuesOf(
    (name) => kept(name)[name],
    (name) => kept(name)[name],
  );
}

interface NumberField {
  readonly text: string;
  readonly pointer: string;
  readonly least: number;
  readonly most: number;
}

/** Reads the number in a field, and adds a fault if there is one. Undefined: the field is empty or faulty. */
export function readNumberField({ text, pointer, least, most }: NumberField, faults: Fault[]) {
  if (text.trim() === '') return undefined;
  const number = readNumber(text);
  if (number === undefined) faults.push({ pointer, detail: 'must be a number' });
  else if (number < least || number > most)
    faults.push({ pointer, detail: `must be from ${least} to ${most}` });
  return number;
}

const TEXT_NAMES = TEXT_FIELDS.map(({ name }) => name);
const NUMBER_NAMES = NUMBER_FIELDS.map(({ name }) => name);

function valuesOf(
  textOf: (name: TextName) => string | undefined,
  numberOf: (name: NumberName) => number | undefined,
): ShortValues {
  const texts: Texts = valuesAt(TEXT_NAMES, textOf);
  const numbers: Numbers = valuesAt(NUMBER_NAMES, numberOf);
  return { ...texts, ...numbers };
}

/** Without the names that have no value. */
function valuesAt<Name extends string, Value>(
  names: readonly Name[],
  pick: (name: Name) => Value | undefined,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = pick(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
