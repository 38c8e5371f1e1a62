import { z } from 'zod';
import type { WaitsForLimit } from '../../../core/type-limits/group-room.ts';
import { parseJson } from '../../fields/stored-json.ts';

/** The limit that a run waits for (P29, limits and priority). */
export const waitsForSchema = z
  .object({ limit: z.enum(['running', 'rate']), value: z.unknown() })
  .nullable()
  .describe(
    "The full limit of the run's type that it waits for, and the payload value that the limit holds for; value null: for all runs, or those without a value. Only GET /runs/:run_id has it",
  );

export function waitsForJson(waitsFor: WaitsForLimit | undefined): z.output<typeof waitsForSchema> {
  if (waitsFor === undefined) return null;
  const { limit, value } = waitsFor;
  if (value === undefined) return { limit, value: null };
  // The beginning of a long text is no JSON.
  const isWhole = !value.startsWith('"') || value.endsWith('"');
  return { limit, value: isWhole ? parseJson(value) : value };
}
