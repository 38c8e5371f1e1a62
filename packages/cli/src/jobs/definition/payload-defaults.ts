import type { JobType } from '@greenvue/jobs/client';
import { isObject, type JsonObject } from '../../input/json-input.ts';

/**
 * A payload as the server stores it: omitted fields have the defaults of the job type's JSON Schema.
 */
export function filledPayload(payload: unknown, type: JobType | undefined): unknown {
  if (payload === undefined) return type?.defaults ?? {};
  return isObject(payload) && type !== undefined ? filled(payload, type.payload_schema) : payload;
}

function filled(value: JsonObject, schema: JsonObject): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const complete: JsonObject = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const given = Object.hasOwn(value, name) ? value[name] : property.default;
    if (given === undefined) continue;
    complete[name] = isObject(given) ? filled(given, property) : given;
  }
  return complete;
}
