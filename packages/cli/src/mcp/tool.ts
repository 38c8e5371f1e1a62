import type { Connection } from '@greenvue/jobs/client';
import { z } from 'zod';

/** What a caller must be allowed, as in the REST API. */
export type Right = 'read' | 'operate' | 'admin';

/** A tool of the MCP server: what it takes, and how it is answered. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly need: Right;
  readonly description: string;
  readonly input: Input;
  call(api: Connection, input: z.output<Input>): Promise<unknown>;
}

/** Infers the type of the input. It is strict: a field that is spelled wrong must not count as left out. */
export function tool<Input extends z.ZodObject>(definition: Tool<Input>): Tool {
  return { ...definition, call: (api, input) => definition.call(api, definition.input.parse(input)) };
}

export const jobId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)
  .describe('Id of the job');
export const runId = z
  .string()
  .regex(/^\d{1,19}$/)
  .describe('Id of the run: digits');
