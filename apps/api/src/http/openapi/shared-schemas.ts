type Schemas = Record<string, unknown>;

/**
 * A copy of `value` where each object schema with a `title` is a reference into `schemas`, to which it is
 * added: written out wherever they are used, the jobs' schemas would be most of the document. One that
 * differs from what has its name, in more than words, stays where it is.
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

/** A schema as text, without what is for people. */
function withoutWords(schema: unknown): string {
  return JSON.stringify(schema, (key, value: unknown) =>
    typeof value === 'string' && (key === 'description' || key === 'title') ? undefined : value,
  );
}
