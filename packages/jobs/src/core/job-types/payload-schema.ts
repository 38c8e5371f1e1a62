/**
 * The schema of a payload, from any library that follows Standard Schema and Standard JSON Schema
 * (https://standardschema.dev). Zod and ArkType give one; Valibot does with its `toStandardJsonSchema`.
 */
export interface PayloadSchema<Input = unknown, Output = unknown> {
  readonly '~standard': StandardSchema<Input, Output> & {
    readonly jsonSchema: { readonly input: (options: JsonSchemaOptions) => Record<string, unknown> };
  };
}

/** The schema of a checkpoint, from any library that follows Standard Schema. */
export interface CheckpointSchema<Checkpoint = unknown> {
  readonly '~standard': StandardSchema<Checkpoint, Checkpoint>;
}

export interface StandardSchema<Input, Output> {
  readonly version: 1;
  readonly vendor: string;
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
}

export interface JsonSchemaOptions {
  readonly target: 'draft-2020-12' | 'draft-07';
}

/** Without `issues`, the value is valid. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * The validated value, or the issues. Checks at once: a schema that answers with a promise, or throws, gives
 * an issue that says so.
 */
export function validate(schema: PayloadSchema | CheckpointSchema, value: unknown): SchemaResult<unknown> {
  try {
    const result = schema['~standard'].validate(value);
    if (!(result instanceof Promise)) return result;
    // Nobody waits for it: its rejection would end the process.
    result.catch((error: unknown) => error);
    return { issues: [{ message: NOT_AT_ONCE }] };
  } catch (error) {
    return { issues: [{ message: `its schema threw: ${error instanceof Error ? error.message : error}` }] };
  }
}

/** zod answers with a promise, too, when a function in a schema throws. */
export const NOT_AT_ONCE =
  'its schema did not answer at once: it checks asynchronously, or a function in it threw. Check in the handler what needs a promise';
