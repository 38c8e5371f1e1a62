import type { FastifyInstance, FastifyTypeProvider } from 'fastify';
import { z } from 'zod';
import { EngineError } from '../../engine/engine-port.ts';
import { checkInput } from '../../http/index.ts';

/** Derives the types of a route's request and response from its zod schemas. */
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
}

/**
 * Makes the routes of `app` validate with zod schemas, without effect on the host. An invalid request gets a
 * 422 with a pointer to each invalid field.
 */
export function useZodSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema }) => {
    if (!(schema instanceof z.ZodType))
      throw new Error('A route of the jobs API has a schema that is not a zod schema.');
    return (input) => {
      const checked = checkInput(schema, input);
      if (checked.ok) return { value: checked.value };
      return { error: new EngineError('invalid', 'The request is not valid.', checked.faults) };
    };
  });
  // Response bodies are built field by field and typed by the response schemas: no second check.
  const write = createWriter();
  app.setSerializerCompiler(() => write);
}

/** Serializes a body that several responses share once: it is the same object for all of them. */
function createWriter(): (answer: unknown) => string {
  const written = new WeakMap<object, string>();
  return (answer) => {
    if (typeof answer !== 'object' || answer === null) return JSON.stringify(answer);
    const known = written.get(answer);
    if (known !== undefined) return known;
    const text = JSON.stringify(answer);
    written.set(answer, text);
    return text;
  };
}
