import type { FlagParametersForType, TypedFlagParameter } from '@stricli/core';
import type { CliContext } from '../context.ts';

/** The flags of every command that sends requests. */
export interface ApiFlags {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly header: readonly (readonly [name: string, value: string])[] | undefined;
  readonly json: boolean | undefined;
}

const EXAMPLE_URL = 'http://127.0.0.1:8080';

export const API_FLAGS: FlagParametersForType<ApiFlags, CliContext> = {
  url: {
    kind: 'parsed',
    parse: parseUrl,
    optional: true,
    placeholder: 'url',
    brief: 'URL of the server',
  },
  token: {
    kind: 'parsed',
    parse: parseToken,
    optional: true,
    placeholder: 'token',
    brief: 'API token; better in a variable or a file, which other users cannot see',
  },
  tokenFile: textFlag('File with the API token (- is stdin)', 'path'),
  header: {
    kind: 'parsed',
    parse: parseHeader,
    variadic: true,
    optional: true,
    placeholder: 'name: value',
    brief: 'Header to send, such as "Cookie: session=…"; repeatable',
  },
  json: switchFlag('Print JSON for programs'),
};

/** A flag without a value, off by default. */
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
  brief: 'Maximum number of rows, or all',
} as const;

/** `--limit` of lists that have a single page. */
export const SINGLE_PAGE_FLAG = {
  kind: 'parsed',
  parse: parsePageSize,
  default: '50',
  placeholder: 'n',
  brief: 'Maximum number of rows, at most 200',
} as const;

function parsePageSize(text: string): number {
  if (/^([1-9]|[1-9]\d|1\d\d|200)$/.test(text)) return Number(text);
  throw new Error('must be a whole number from 1 to 200, such as 20');
}

/** A whole number from 1, or `all`. */
export function parseLimit(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  return parseCount(text, 'all');
}

/** A whole number from 1. */
export function parseCount(text: string, orElse?: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`must be a whole number from 1${orElse === undefined ? '' : ` or ${orElse}`}, such as 20`);
}

const AGE_UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time back from now, in ms. */
export function parseAge(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const unitMs = AGE_UNITS_MS[unit];
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs;
  throw new Error('must be a number of minutes, hours or days, such as 90m, 24h or 7d');
}

/** A URL with http or https, without user and password, which would end up in logs. */
export function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`must be a URL such as ${EXAMPLE_URL}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Error(`must not contain a user, a password, ? or #: use a URL such as ${EXAMPLE_URL}`);
  }
  return text;
}

/** A token that a header can contain. */
export function parseToken(text: string): string {
  if (/^[!-~]+$/.test(text.trim())) return text.trim();
  throw new Error('is not a token: a token has no spaces, such as gv_abc123');
}

/** A header as in a request: `Name: value`. */
export function parseHeader(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+):\s*([\x20-\x7e]*?)\s*$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new Error('must be a name and a value, such as "Cookie: session=abc"');
}
