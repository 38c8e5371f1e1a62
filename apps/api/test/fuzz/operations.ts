import { z } from 'zod';

/** The part of JSON Schema that values are generated from. The validator checks the rest. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** One method of one path in the document. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly needsToken: boolean;
  readonly parameters: readonly Parameter[];
  readonly bodyTypes: readonly string[];
  readonly bodySchema: JsonSchema | undefined;
  /** The documented media types for each status; none for one without a body. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

const schema = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null);
const content = z.record(z.string(), z.object({ schema }));
const operation = z.object({
  operationId: z.string(),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(
      z.object({
        in: z.enum(['path', 'query', 'header']),
        name: z.string(),
        required: z.boolean().default(false),
        schema,
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
const document = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

/** Every operation of an OpenAPI document. */
export function operationsOf(openApi: unknown): readonly Operation[] {
  const { paths } = document.parse(openApi);
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, found]) => operationOf(path, method, found)),
  );
}

function operationOf(path: string, method: string, found: z.output<typeof operation>): Operation {
  const bodies = found.requestBody?.content ?? {};
  const answers = Object.entries(found.responses).map(([status, answer]) => [
    status,
    Object.keys(answer.content ?? {}),
  ]);
  return {
    id: found.operationId,
    method: method.toUpperCase(),
    path,
    needsToken: found.security === undefined || found.security.length > 0,
    parameters: found.parameters,
    bodyTypes: Object.keys(bodies),
    bodySchema: Object.values(bodies)[0]?.schema,
    answers: Object.fromEntries(answers),
  };
}
