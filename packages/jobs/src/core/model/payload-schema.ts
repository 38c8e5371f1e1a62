/**
 * The schema of a payload, from any library that follows Standard Schema and Standard JSON Schema
 * (https://standardschema.dev). Zod and ArkType give one; Valibot does with its `toStandardJsonSchema`.
 */
export interface PayloadSchema<Input = unknown, Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly jsonSchema: { readonly input: (options: JsonSchemaOptions) => Record<string, unknown> };
  };
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
