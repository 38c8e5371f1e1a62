type Schemas = Record<string, unknown>;

/**
 * Copies `value`, moves each object schema with a `title` to `schemas` and puts a reference in its place.
 * Without that, copies of the job schemas would be most of the document. A schema that differs from the one
 * with the same title, apart from descriptions, stays where it is.
 */
export function withShared(value: unknown, schemas: Schemas): unknown {
  if (Array.isArray(value)) return value.map((item) => withShared(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, withShared(part, schemas)]),
  );
  const name = titleOf(copy);
  if (name === undefined) return copy;
  const { description, ...schema } = copy;
  schemas[name] ??= schema;
  if (withoutWords(schemas[name]) !== withoutWords(schema)) return copy;
  const reference = { $ref: `#/components/schemas/${name}` };
  return description === undefined ? reference : { ...reference, description };
}

function titleOf({ type, properties, title }: Schemas): string | undefined {
  return type === 'object' && typeof properties === 'object' && typeof title === 'string' ? title : undefined;
}

/** A schema as text, without titles and descriptions. */
function withoutWords(schema: unknown): string {
  return JSON.stringify(schema, (key, value: unknown) =>
    typeof value === 'string' && (key === 'description' || key === 'title') ? undefined : value,
  );
}
