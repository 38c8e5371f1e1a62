import type { FlagParametersForType, TypedFlagParameter } from '@stricli/core';
import type { CliContext } from '../context.ts';

/** The flags of every command that speaks to a server. */
export interface ApiFlags {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly json: boolean | undefined;
}

/** Where GreenVue listens unless told. */
export const DEFAULT_URL = 'http://127.0.0.1:8080';

export const API_FLAGS: FlagParametersForType<ApiFlags, CliContext> = {
  url: {
    kind: 'parsed',
    parse: parseUrl,
    optional: true,
    placeholder: 'url',
    brief: `Where GreenVue is (GREENVUE_URL; ${DEFAULT_URL})`,
  },
  token: {
    kind: 'parsed',
    parse: parseToken,
    optional: true,
    placeholder: 'token',
    brief: 'An API token (GREENVUE_TOKEN)',
  },
  json: switchFlag('Print JSON, for programs'),
};

/** A flag without a value, that is off unless it is given. */
export function switchFlag(brief: string): TypedFlagParameter<boolean | undefined, CliContext> {
  return { kind: 'boolean', optional: true, withNegated: false, brief };
}

/** A flag with a text as its value. */
export function textFlag(
  brief: string,
  placeholder: string,
): TypedFlagParameter<string | undefined, CliContext> {
  return { kind: 'parsed', parse: String, optional: true, placeholder, brief };
}

/** The flags of lists. */
export const LIMIT_FLAG = {
  kind: 'parsed',
  parse: parseLimit,
  default: '50',
  placeholder: 'n',
  brief: 'How many at most, or all',
} as const;

/** A whole number from 1, or `all`. */
export function parseLimit(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  return parseCount(text, 'all');
}

/** A whole number from 1. */
export function parseCount(text: string, orElse?: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`must be a whole number from 1${orElse === undefined ? '' : ` or ${orElse}`}`);
}

/** An address with http or https; a user and a password in it would end up in logs. */
export function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`must look like ${DEFAULT_URL}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Error(`must have no user, password, ? and # in it: it looks like ${DEFAULT_URL}`);
  }
  return text;
}

/** What can stand in a header. */
export function parseToken(text: string): string {
  if (/^[!-~]+$/.test(text.trim())) return text.trim();
  throw new Error('is no token: it has letters, digits and signs, without spaces');
}
