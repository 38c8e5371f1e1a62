import { isRecord } from '../../core/objects.ts';

/** A JSON Schema (2020-12) that is not `true` or `false`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a part of a JSON document is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && !Array.isArray(value);
}

/** The schema that a `$ref` such as `#/$defs/Address` names in its document. */
export function referenced(root: JsonSchema, ref: unknown): JsonSchema | undefined {
  if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
  let target: unknown = root;
  for (const step of ref.split('/').slice(1)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isRecord(target) && Object.hasOwn(target, name) ? target[name] : undefined;
  }
  return isObject(target) ? target : undefined;
}
