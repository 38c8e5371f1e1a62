import { Tooltip } from '@mantine/core';
import { useNow, useTicker } from '../clock/now.tsx';
import { clockText, dayText, instantText, slotText } from '../clock/time-text.ts';
import { useZone, type Zone } from '../clock/zone.tsx';
import { elapsedText, leftText, relativeText } from '../schedule/duration.ts';
import { Spoken } from '../text/text.tsx';
import classes from './instant.module.css';

interface InstantProps {
  /** RFC 3339; null shows a dash. */
  readonly at: string | null;
}

/**
 * A time to the second, in the zone chosen in the header. On hover: the time in the other zone, and how long
 * ago it was.
 */
export function Instant({ at }: InstantProps) {
  const { zone } = useZone();
  const ms = parsed(at);
  if (at === null || ms === undefined) return <None />;
  return (
    <Tip at={at} ms={ms}>
      {instantText(ms, zone)}
    </Tip>
  );
}

/** How long ago a time was or how far ahead it is. Updates every second. */
export function Ago({ at }: InstantProps) {
  const now = useNow();
  const ms = parsed(at);
  if (at === null || ms === undefined) return <None />;
  return (
    <Tip at={at} ms={ms}>
      {relativeText(ms, now)}
    </Tip>
  );
}

/** How long something has lasted: "24 s", "3 h". Updates every second. */
export function Elapsed({ since }: { readonly since: string }) {
  const now = useNow();
  const ms = parsed(since);
  if (ms === undefined) return <None />;
  return (
    <Tip at={since} ms={ms}>
      {elapsedText(Math.max(now - ms, 0))}
    </Tip>
  );
}

/** A future run: a time with its weekday and its offset from UTC. */
export function Slot({ at }: { readonly at: string }) {
  const { zone } = useZone();
  const ms = parsed(at);
  if (ms === undefined) return <None />;
  return (
    <Tip at={at} ms={ms}>
      {slotText(ms, zone)}
    </Tip>
  );
}

/** A day and a time of it: "7 Dec, 09:00". */
export function Day({ at }: { readonly at: string }) {
  const { zone } = useZone();
  const ms = parsed(at);
  if (ms === undefined) return <None />;
  return (
    <Tip at={at} ms={ms}>
      {dayText(ms, zone)}
    </Tip>
  );
}

/** The time of day: "09:00". With the day unless it is in the next 12 hours: "7 Dec, 09:00". */
export function Clock({ at }: { readonly at: string }) {
  const { zone } = useZone();
  const now = useNow();
  const ms = parsed(at);
  if (ms === undefined) return <None />;
  return (
    <Tip at={at} ms={ms}>
      {Math.abs(ms - now) < NEAR_MS ? clockText(ms, zone) : dayText(ms, zone)}
    </Tip>
  );
}

const NEAR_MS = 12 * 3_600_000;

interface CountdownProps {
  readonly to: string | null;
  /** The text before the time left, such as "for ". */
  readonly lead?: string;
  /** The text once the time has passed. */
  readonly over?: string;
}

/** The time left until an instant; "due" once it has passed. */
export function Countdown({ to, lead = '', over = 'due' }: CountdownProps) {
  const now = useNow();
  const ms = parsed(to);
  if (to === null || ms === undefined) return <None />;
  return (
    <Tip at={to} ms={ms}>
      {leftText(ms - now, { lead, over })}
    </Tip>
  );
}

interface TipProps {
  readonly at: string;
  readonly ms: number;
  readonly children: string;
}

function Tip({ at, ms, children }: TipProps) {
  const { zone } = useZone();
  const ticker = useTicker();
  return (
    <Tooltip label={<TipText ms={ms} zone={zone} now={ticker.now()} />} events={EVENTS} multiline>
      {/* No tab stop, as a page has dozens of times: by keyboard, the header switches the zone of all. */}
      <time className={classes.time} dateTime={at}>
        {children}
      </time>
    </Tooltip>
  );
}

const EVENTS = { hover: true, focus: false, touch: true } as const;

function TipText({ ms, zone, now }: { readonly ms: number; readonly zone: Zone; readonly now: number }) {
  return (
    <>
      {instantText(ms, zone === 'utc' ? 'local' : 'utc')}
      {zone === 'utc' ? ' your time' : ''}
      <br />
      {relativeText(ms, now)}
    </>
  );
}

function None() {
  return (
    <span className={classes.none}>
      <span aria-hidden="true">–</span>
      <Spoken>none</Spoken>
    </span>
  );
}

function parsed(at: string | null): number | undefined {
  const ms = at === null ? Number.NaN : Date.parse(at);
  return Number.isNaN(ms) ? undefined : ms;
}
