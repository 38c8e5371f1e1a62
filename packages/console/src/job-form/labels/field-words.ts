import { capital } from '../../ui/text/capital.ts';
import { textOf } from '../payload/json-text.ts';
import type { Json } from '../payload/json-value.ts';
import type { Field, ListField, NumberField, Scalar, TextField } from '../payload/payload-model.ts';

/** The label of a payload field: its title, or its key in words (`days_old`, `daysOld`: "Days old"). */
export function fieldLabel(key: string, field: Pick<Field, 'title'>): string {
  if (field.title !== undefined) return field.title;
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words === '' ? key : sentence(words);
}

/** The description of a field, its allowed values and its default. */
export function fieldHelp(field: Field): string {
  const parts = [
    field.help === undefined ? undefined : ended(field.help),
    limits(field),
    fallbackWords(field),
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** A value in a list of choices. */
export function scalarText(value: Scalar): string {
  if (value === null) return 'None (null)';
  if (value === '') return '(empty)';
  return String(value);
}

/** Turns an error detail of the server into a sentence. */
export function sentence(text: string): string {
  // A detail that starts with an API field name keeps its case.
  if (/^\S*_/.test(text)) return text;
  return capital(text);
}

function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function fallbackWords({ fallback, kind }: Field): string | undefined {
  if (fallback === undefined || kind === 'object') return undefined;
  return ended(`Default: ${shortJson(fallback)}`);
}

function shortJson(value: Json): string {
  if (value === null) return 'none (null)';
  if (value === '') return 'empty';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = (typeof value === 'string' ? value : textOf(value)).replaceAll(/\s*\n\s*/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function limits(field: Field): string | undefined {
  switch (field.kind) {
    case 'number':
      return numberLimits(field);
    case 'text':
      return textLimits(field);
    case 'list':
      return listLimits(field);
    case 'fixed':
      return 'Fixed value.';
    case 'json':
      return 'Enter JSON.';
    case 'yes_no':
    case 'choice':
    case 'object':
      return undefined;
    default:
      return field satisfies never;
  }
}

function numberLimits({ isWhole, min, max, above, below, step }: NumberField): string {
  const bounds = [
    min !== undefined && max !== undefined ? `from ${min} to ${max}` : undefined,
    min !== undefined && max === undefined ? `of at least ${min}` : undefined,
    max !== undefined && min === undefined ? `of at most ${max}` : undefined,
    above === undefined ? undefined : `above ${above}`,
    below === undefined ? undefined : `below ${below}`,
    step === undefined ? undefined : `in steps of ${step}`,
  ].filter((bound) => bound !== undefined);
  return `${[isWhole ? 'A whole number' : 'A number', ...bounds].join(' ')}.`;
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'An e-mail address.',
  uri: 'A URL, such as https://example.com/.',
  uuid: 'A UUID.',
  date: 'A date.',
  time: 'A time of day.',
  ipv4: 'An IPv4 address.',
  ipv6: 'An IPv6 address.',
  duration: 'An ISO 8601 duration, such as PT5M.',
};

function textLimits({ format, pattern, minLength = 0, maxLength }: TextField): string | undefined {
  const words = [
    format === undefined ? undefined : FORMATS[format],
    pattern === undefined ? undefined : `Must match ${pattern}`,
    minLength > 1 ? `At least ${minLength} characters.` : undefined,
    maxLength === undefined ? undefined : `At most ${maxLength} characters.`,
  ].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(' ');
}

function listLimits({ minItems, maxItems }: ListField): string | undefined {
  if (minItems !== undefined && maxItems !== undefined) return `From ${minItems} to ${maxItems} items.`;
  if (minItems !== undefined && minItems > 0)
    return `At least ${minItems} ${minItems === 1 ? 'item' : 'items'}.`;
  return maxItems === undefined ? undefined : `At most ${maxItems} ${maxItems === 1 ? 'item' : 'items'}.`;
}
