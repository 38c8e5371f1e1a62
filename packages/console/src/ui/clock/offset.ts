const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** The offset of a time zone at an instant: "UTC+01:00", or "UTC". `timeZone`: an IANA name. */
export function offsetText(at: number, timeZone: string): string {
  const parts = formatOf(timeZone).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return name.replace('GMT', 'UTC').replace('+00:00', '');
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
  FORMATS.set(timeZone, made);
  return made;
}

/** A change of a zone's clocks between two instants. */
export interface ClockChange {
  readonly from: string;
  readonly to: string;
}

/** The change of the clocks in `timeZone` between two instants; undefined if their offset is the same. */
export function clockChange(before: number, at: number, timeZone: string): ClockChange | undefined {
  const from = offsetText(before, timeZone);
  const to = offsetText(at, timeZone);
  return from === to ? undefined : { from, to };
}
