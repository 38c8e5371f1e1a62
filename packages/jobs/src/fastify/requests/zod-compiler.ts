import type { FastifyInstance, FastifyTypeProvider } from 'fastify';
import { z } from 'zod';
import { EngineError } from '../../engine/engine-port.ts';
import { checkInput } from '../../http/index.ts';

/** Lets a route's zod schemas say what its handler gets and must answer with. */
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
}

/**
 * Makes zod schemas work in the routes of `app`, and in nothing outside of it; what fails is a 422 with
 * pointers.
 */
export function useZodSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema }) => {
    if (!(schema instanceof z.ZodType))
      throw new Error('A route of the jobs API has a schema that is not zod.');
    return (input) => {
      const checked = checkInput(schema, input);
      if (checked.ok) return { value: checked.value };
      return { error: new EngineError('invalid', 'The request is not valid.', checked.faults) };
    };
  });
  // Views are built field by field and typed by the response schemas: to check them again would only cost
  // time.
  const write = createWriter();
  app.setSerializerCompiler(() => write);
}

/** An answer that several share is the same object for all of them, and written once. */
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
