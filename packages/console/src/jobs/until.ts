import type { Zone } from '../parts/zone.tsx';

export type Until =
  | { readonly ok: true /** RFC 3339; undefined: none was given. */; readonly at: string | undefined }
  | { readonly ok: false; readonly fault: string };

/**
 * When a pause is to end, as a field for date and time gives it: without a zone, and so in the one that the page shows. What it
 * gives while it is half filled in can't be told from nothing.
 */
export function readUntil(
  typed: string,
  { zone, now }: { readonly zone: Zone; readonly now: number },
): Until {
  if (typed === '') return { ok: true, at: undefined };
  const at = Date.parse(zone === 'utc' ? `${typed}Z` : typed);
  if (Number.isNaN(at)) return { ok: false, fault: 'Give a date and a time, or leave it empty.' };
  if (at <= now) return { ok: false, fault: 'It must lie in the future, or be left empty.' };
  return { ok: true, at: new Date(at).toISOString() };
}
