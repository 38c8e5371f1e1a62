import { OptionsError } from './options-error.ts';

/** No `//`, `?`, `#`, backslash or segment of dots, which a URL would resolve. */
const PREFIX = /^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[^/?#\\]+)+\/?$/;

/**
 * Checks the path of a console. Returns it as in URLs, without a slash at its end. Throws an
 * {@link OptionsError}.
 */
export function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    const detail = `must be the path of the console, such as '/admin/jobs'; got ${JSON.stringify(prefix)}`;
    throw new OptionsError([{ pointer: '/prefix', detail }]);
  }
  return new URL(prefix, 'http://localhost').pathname.replace(/\/$/, '');
}

/** Whether a path is the prefix or below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
