import type { TypedFlagParameter } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { switchFlag, textFlag } from './flags.ts';
import { type JsonObject, parsePayload } from './json-input.ts';

// Their types are written out: the declarations of the package can't name those that the compiler infers.

/** The flags of commands that make a run. */
export const DEDUPE_KEY_FLAG: TypedFlagParameter<string | undefined, CliContext> = textFlag(
  'Idempotency key: the same key within 24 hours returns the same run',
  'key',
);

export const WAIT_FLAG: TypedFlagParameter<boolean | undefined, CliContext> = switchFlag(
  'Follow the run to its end; exit code 7 unless it succeeds',
);

/** A JSON object in the argument, in a file or from stdin. */
export function payloadFlag(what: string): TypedFlagParameter<JsonObject | undefined, CliContext> {
  return {
    kind: 'parsed',
    parse: parsePayload,
    optional: true,
    placeholder: 'json',
    brief: `${what}: a JSON object, @file with one, or @- for stdin`,
  };
}
