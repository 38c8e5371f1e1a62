import type { JsonText } from '../model/run.ts';
import { isRecord } from '../objects.ts';
import { SHOWN_SECRET } from './secret-value.ts';

/** Removes the secrets of one run from what it says. */
export interface SecretMask {
  text(text: string): string;
  json(json: JsonText): JsonText;
}

/** Shorter values would hide parts of ordinary words. */
export const LEAST_MASKED_CHARACTERS = 4;

/**
 * Finds the values as they are, in each of their lines, and as JSON, a URL or base64 writes them. Undefined
 * if there is nothing to find.
 */
export function createSecretMask(values: readonly unknown[]): SecretMask | undefined {
  const found = new Set<string>();
  for (const value of values)
    for (const text of textsIn(value)) for (const form of formsOf(text)) found.add(form);
  // A value that contains another one goes first.
  const forms = [...found]
    .filter((form) => form.length >= LEAST_MASKED_CHARACTERS)
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return undefined;
  const text = (given: string) =>
    forms.reduce((masked, form) => masked.replaceAll(form, SHOWN_SECRET), given);
  const mask = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return forms.includes(String(value)) ? SHOWN_SECRET : value;
    if (Array.isArray(value)) return value.map(mask);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [text(key), mask(part)]));
  };
  return {
    text,
    json: (json) =>
      forms.some((form) => json.includes(form)) ? JSON.stringify(mask(JSON.parse(json))) : json,
  };
}

/** The texts in a secret, which may be an object. A truth value is none. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}

function formsOf(text: string): readonly string[] {
  const lines = text.includes('\n') ? text.split('\n').map((line) => line.trim()) : [];
  const trimmed = text.trim();
  return [text, trimmed, ...lines].flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form.toWellFormed()),
    ...(form === text && form.length >= LEAST_MASKED_CHARACTERS ? [base64(form)] : []),
  ]);
}

/** Without the padding, which a text may leave out. */
function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');
}
