import { checkInput } from '@greenvue/jobs/http';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { unprocessable } from '../rest/problem.ts';

/**
 * Validates each part of a request, parameters included, against its zod schema. An invalid request gets a
 * 422 with a JSON pointer to each invalid field, as on the routes of jobs.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (input) => {
    const checked = checkInput(schema, input);
    if (checked.ok) return { value: checked.value };
    return { error: unprocessable('The request is not valid.', checked.faults) };
  };
