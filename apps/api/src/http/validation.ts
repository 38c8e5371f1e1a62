import { checkInput } from '@greenvue/jobs/http';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { unprocessable } from '../rest/problem.ts';

/**
 * Checks each part of a request against its zod schema. Every failure, of parameters as well, is a 422 that
 * names the faults as the routes of the jobs do: each with a JSON pointer and what would be right.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (input) => {
    const checked = checkInput(schema, input);
    if (checked.ok) return { value: checked.value };
    return { error: unprocessable('The request is not valid.', checked.faults) };
  };
