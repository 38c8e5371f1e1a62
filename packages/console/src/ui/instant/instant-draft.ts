import type { Zone } from '../clock/zone.tsx';

/** A date and a time of day as the user types them, in local time or in UTC. */
export interface InstantDraft {
  /**
   * The value of `<input type="datetime-local">`: `2026-06-01T09:00`, with seconds where there are some;
   * empty for none.
   */
  readonly text: string;
  readonly zone: Zone;
  /** Only a part is filled in. The browser reports this, but its value is still empty. */
  readonly isUnfinished?: true;
}

export const NO_INSTANT: InstantDraft = { text: '', zone: 'local' };

/**
 * Turns an instant of the server into a draft in `zone`. Uses UTC when the local clock shows that time twice.
 */
export function instantDraft(iso: string | null | undefined, zone: Zone = 'local'): InstantDraft {
  const ms = iso === null || iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(ms)) return { text: '', zone };
  const draft = { text: wallText(ms, zone), zone };
  return readMs(draft) === ms ? draft : { text: wallText(ms, 'utc'), zone: 'utc' };
}

/** RFC 3339 in UTC with milliseconds, as the server writes it; undefined until date and time are complete. */
export function readInstant(draft: InstantDraft): string | undefined {
  const ms = readMs(draft);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/**
 * The error for a date and time with a part missing. If it counted as empty, the parts would be lost
 * silently.
 */
export const UNFINISHED = 'Complete the date and time';

/** The error of an optional time that must be in the future. */
export function futureFault(draft: InstantDraft, now: number): string | undefined {
  if (draft.isUnfinished) return UNFINISHED;
  if (draft.text === '') return undefined;
  const ms = readMs(draft);
  if (ms === undefined) return UNFINISHED;
  return ms <= now ? 'Must be in the future, or empty' : undefined;
}

/** The same instant on the other clock. An incomplete draft keeps its text. */
export function onClock(draft: InstantDraft, zone: Zone): InstantDraft {
  const ms = readMs(draft);
  return ms === undefined ? { ...draft, zone } : { text: wallText(ms, zone), zone };
}

/** Whether a local time is skipped or exists twice because the clock is set forward or back. */
export function clockChange(draft: InstantDraft): 'skipped' | 'twice' | undefined {
  const ms = readMs(draft);
  if (ms === undefined || draft.zone === 'utc') return undefined;
  if (readMs({ text: wallText(ms, 'local'), zone: 'utc' }) !== readMs({ ...draft, zone: 'utc' }))
    return 'skipped';
  const wall = wallText(ms, 'local');
  // Clocks shift by half an hour, one hour or two. For a time that exists twice, the first instant counts.
  return SHIFTS_MS.some((shift) => wallText(ms + shift, 'local') === wall) ? 'twice' : undefined;
}

const SHIFTS_MS = [1_800_000, 3_600_000, 7_200_000];

const WALL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/;

function readMs({ text, zone }: InstantDraft): number | undefined {
  if (!WALL.test(text)) return undefined;
  const ms = new Date(zone === 'utc' ? `${text}Z` : text).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

/** A clock's text at an instant, without parts that are zero. */
function wallText(ms: number, zone: Zone): string {
  const date = new Date(ms);
  // Takes the local time as if it were UTC, so that toISOString writes it.
  const shown = new Date(zone === 'utc' ? ms : Date.UTC(...wallParts(date)));
  if (zone === 'local') shown.setUTCFullYear(date.getFullYear());
  return shown
    .toISOString()
    .slice(0, -1)
    .replace(/\.000$/, '')
    .replace(/(T\d\d:\d\d):00$/, '$1');
}

function wallParts(date: Date): [number, number, number, number, number, number, number] {
  return [
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    date.getMilliseconds(),
  ];
}
