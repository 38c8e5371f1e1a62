import type { JobType } from '@greenvue/jobs/client';
import { isObject } from '../../input/json-input.ts';

const SHOWN = '[secret]';

/** A payload as the server shows it: `[secret]` in the place of each secret. */
export function shownPayload(payload: unknown, type: JobType | undefined): unknown {
  return replaceSecrets(payload, type, () => SHOWN);
}

/** Whether a payload brings a secret itself: only the server knows whether it is a new one. */
export function hasSecret(payload: unknown, type: JobType | undefined): boolean {
  let found = false;
  replaceSecrets(payload, type, (value) => {
    found ||= value !== SHOWN;
    return value;
  });
  return found;
}

function replaceSecrets(
  payload: unknown,
  type: JobType | undefined,
  replace: (value: unknown) => unknown,
): unknown {
  const paths = (type?.secret_fields ?? [])
    .filter(({ sealed }) => sealed)
    .map(({ pointer }) => pointer.split('/').slice(1).map(keyIn));
  const visit = (value: unknown, depth: number, near: readonly (readonly string[])[]): unknown => {
    if (depth > 0 && near.some((path) => path.length === depth))
      return value === null || isReference(value) ? value : replace(value);
    const inner = (key: string, part: unknown) =>
      visit(
        part,
        depth + 1,
        near.filter((path) => path[depth] === key || path[depth] === '*'),
      );
    if (near.length === 0) return value;
    if (Array.isArray(value)) return value.map((part, n) => inner(String(n), part));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inner(key, part)]));
  };
  return visit(payload, 0, paths);
}

/** The name of a stored secret is none. */
function isReference(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 1 && typeof value.$secret === 'string';
}

function keyIn(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
