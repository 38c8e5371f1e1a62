import type { Zone } from '../clock/zone.tsx';

/** A date and a time of day as they are being written, on the viewer's clock or on that of UTC. */
export interface InstantDraft {
  /**
   * As `<input type="datetime-local">` has it: `2026-06-01T09:00`, with seconds where there are some; empty
   * for none.
   */
  readonly text: string;
  readonly zone: Zone;
  /** A part of it is filled in, which the browser tells of, and not what: the text is empty. */
  readonly isUnfinished?: true;
}

export const NO_INSTANT: InstantDraft = { text: '', zone: 'local' };

/**
 * An instant of the server's, to be written on in `zone`; on UTC's clock when the local one shows that time
 * twice.
 */
export function instantDraft(iso: string | null | undefined, zone: Zone = 'local'): InstantDraft {
  const ms = iso === null || iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(ms)) return { text: '', zone };
  const draft = { text: wallText(ms, zone), zone };
  return readMs(draft) === ms ? draft : { text: wallText(ms, 'utc'), zone: 'utc' };
}

/** RFC 3339 in UTC with milliseconds, as the server writes it; undefined while there is no date and time. */
export function readInstant(draft: InstantDraft): string | undefined {
  const ms = readMs(draft);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** What to say of a date and time of which a part is missing: taken for none, it would be lost unseen. */
export const UNFINISHED = 'Finish the date and time';

/** What is wrong with a time that may be left out, and must else lie ahead. */
export function futureFault(draft: InstantDraft, now: number): string | undefined {
  if (draft.isUnfinished) return UNFINISHED;
  if (draft.text === '') return undefined;
  const ms = readMs(draft);
  if (ms === undefined) return UNFINISHED;
  return ms <= now ? 'It must lie in the future, or be left empty' : undefined;
}

/** The same instant on the other clock. What is no instant yet keeps its text. */
export function onClock(draft: InstantDraft, zone: Zone): InstantDraft {
  const ms = readMs(draft);
  return ms === undefined ? { ...draft, zone } : { text: wallText(ms, zone), zone };
}

/** What is odd about a time on the viewer's clock in the night when it is set forward or back. */
export function clockChange(draft: InstantDraft): 'skipped' | 'twice' | undefined {
  const ms = readMs(draft);
  if (ms === undefined || draft.zone === 'utc') return undefined;
  if (readMs({ text: wallText(ms, 'local'), zone: 'utc' }) !== readMs({ ...draft, zone: 'utc' }))
    return 'skipped';
  const wall = wallText(ms, 'local');
  // Clocks are set by half an hour, one hour or two; of two passes, a local time is read as the first.
  return SHIFTS_MS.some((shift) => wallText(ms + shift, 'local') === wall) ? 'twice' : undefined;
}

const SHIFTS_MS = [1_800_000, 3_600_000, 7_200_000];

const WALL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/;

function readMs({ text, zone }: InstantDraft): number | undefined {
  if (!WALL.test(text)) return undefined;
  const ms = new Date(zone === 'utc' ? `${text}Z` : text).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

/** What a clock shows at an instant, without the parts that are zero. */
function wallText(ms: number, zone: Zone): string {
  const date = new Date(ms);
  // The viewer's clock read as if it were UTC's: toISOString then writes it.
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
