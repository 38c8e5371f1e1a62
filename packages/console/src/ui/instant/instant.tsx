import { Tooltip } from '@mantine/core';
import { useNow, useTicker } from '../clock/now.tsx';
import { instantText } from '../clock/time-text.ts';
import { useZone, type Zone } from '../clock/zone.tsx';
import { leftText, relativeText } from '../schedule/duration.ts';
import { Spoken } from '../text/text.tsx';
import classes from './instant.module.css';

interface InstantProps {
  /** RFC 3339; null is a dash. */
  readonly at: string | null;
}

/**
 * A time in the viewer's zone (or in UTC, as is chosen in the header), to the second; under the pointer, the
 * other and how long ago.
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

/** How long ago a time is, or in how long it comes; ticks. */
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

interface CountdownProps {
  readonly to: string | null;
  /** Before what is left: "for ". */
  readonly lead?: string;
  /** Instead, once the time has passed. */
  readonly over?: string;
}

/** What is left until a time; "due" once it has passed. */
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what the pointer finds, the keyboard must find as well */}
      <time className={classes.time} dateTime={at} tabIndex={0}>
        {children}
      </time>
    </Tooltip>
  );
}

const EVENTS = { hover: true, focus: true, touch: true } as const;

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
