import { z } from 'zod';

/** The database of a contestant: empty, and only for one measurement. */
export const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('memory') }),
  z.object({ kind: z.literal('folder'), folder: z.string() }),
  z.object({ kind: z.literal('postgres'), url: z.string(), serverPid: z.number() }),
  z.object({ kind: z.literal('redis'), port: z.number(), serverPid: z.number() }),
]);
export type Place = z.infer<typeof placeSchema>;

export type PlaceKind = 'memory' | 'folder' | 'postgres' | 'redis-everysec' | 'redis-always';

/** The place, if it has the required kind. */
export function requirePlace<Kind extends Place['kind']>(
  place: Place,
  kind: Kind,
): Extract<Place, { kind: Kind }> {
  if (!isOfKind(place, kind)) throw new Error(`the place must be ${kind}, not ${place.kind}`);
  return place;
}

function isOfKind<Kind extends Place['kind']>(
  place: Place,
  kind: Kind,
): place is Extract<Place, { kind: Kind }> {
  return place.kind === kind;
}
