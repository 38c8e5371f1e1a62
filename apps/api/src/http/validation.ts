import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { type ProblemDetail, unprocessable } from '../problem.ts';
import { escapePointer } from './json-body.ts';

/** Checks each part of a request against its zod schema. Every failure, of parameters as well, is a 422 that names all faults. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const pointerOf = httpPart === 'body' ? bodyPointer : parameterName;
  return (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const errors = result.error.issues.flatMap((issue) => detailsOf(issue, pointerOf));
    return { error: unprocessable('The request is not valid.', errors.slice(0, MOST)) };
  };
};

const MOST = 50;

type Path = readonly PropertyKey[];

function detailsOf(issue: z.core.$ZodIssue, pointerOf: (path: Path) => string): ProblemDetail[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      detail: 'is not known here',
    }));
  }
  return [{ pointer: pointerOf(issue.path), detail: issue.message }];
}

function bodyPointer(path: Path): string {
  return path.map((key) => `/${escapePointer(String(key))}`).join('');
}

function parameterName(path: Path): string {
  return path.map(String).join('.');
}
