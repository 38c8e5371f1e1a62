import type { CliContext } from '../context.ts';
import { usageError } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a JSON object from the argument, a file (`@payload.json`) or stdin (`@-`). Throws usage errors. */
export async function parsePayload(this: CliContext, input: string): Promise<JsonObject> {
  const text = input.startsWith('@') ? await this.readText(input.slice(1)) : input;
  const value = parsed(text);
  if (isObject(value)) return value;
  throw usageError('--payload must be a JSON object, such as \'{"days_old": 30}\', or @file with one.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(
      `--payload is not valid JSON: ${printable(why)}. Write it as '{"days_old": 30}', or give a file as @payload.json.`,
    );
  }
}
