import type { Field } from '../job-form/payload/payload-model.ts';

/** One field of a payload, in words. */
export interface PayloadRow {
  /** The names on the way to the field, joined by a dot. */
  readonly name: string;
  readonly kind: string;
  readonly isRequired: boolean;
  /** As JSON. */
  readonly fallback: string | undefined;
  readonly about: string | undefined;
}

/** The fields of a payload, those of objects inside it below their object. */
export function payloadRows(field: Field, path = ''): readonly PayloadRow[] {
  if (field.kind !== 'object') return [];
  return field.members.flatMap(({ key, field: member, isRequired }) => {
    const name = `${path}${key}`;
    const { fallback, help, title } = member;
    const row = {
      name,
      kind: kindWords(member),
      isRequired,
      fallback: fallback === undefined ? undefined : JSON.stringify(fallback),
      about: help ?? title,
    };
    return [row, ...payloadRows(member, `${name}.`)];
  });
}

function kindWords(field: Field): string {
  const words = valueWords(field);
  return field.isNullable ? `${words}, or null` : words;
}

function valueWords(field: Field): string {
  switch (field.kind) {
    case 'text':
      return field.isSecret === true ? 'secret text' : (field.format ?? 'text');
    case 'number':
      return [field.isWhole ? 'whole number' : 'number', ...boundsOf(field)].join(', ');
    case 'yes_no':
      return 'true or false';
    case 'choice':
      return field.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'fixed':
      return `always ${JSON.stringify(field.value)}`;
    case 'object':
      return 'object';
    case 'list':
      return `list of: ${valueWords(field.item)}`;
    case 'json':
      return 'any JSON that the schema permits';
    default:
      return field satisfies never;
  }
}

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly above: number | undefined;
  readonly below: number | undefined;
}

function boundsOf({ min, max, above, below }: Bounds): readonly string[] {
  return [
    ...(isLimit(min) ? [`at least ${min}`] : []),
    ...(above === undefined ? [] : [`more than ${above}`]),
    ...(isLimit(max) ? [`at most ${max}`] : []),
    ...(below === undefined ? [] : [`less than ${below}`]),
  ];
}

/** Each schema of a whole number has the largest numbers that JSON keeps exactly. They say nothing. */
function isLimit(bound: number | undefined): boolean {
  return bound !== undefined && Math.abs(bound) !== Number.MAX_SAFE_INTEGER;
}
