import { printable } from './printable.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Durations that are less than this below a minute round up to a minute. */
const ROUNDED_UP_MS = 50;

/** A time of the API in UTC, to the second: `2026-01-31 09:00:00Z`. */
export function instantText(iso: string): string {
  return `${printable(iso.slice(0, 10))} ${printable(iso.slice(11, 19))}Z`;
}

/** A time of the API and its distance from now: `2026-01-31 09:00:00Z (in 4 min)`. */
export function instantAndDistance(iso: string, now: number): string {
  return `${instantText(iso)} (${distanceText(iso, now)})`;
}

/** The distance of a time of the API from now: `in 4 min 12 s`, `3 d 2 h ago`, `now`. */
export function distanceText(iso: string, now: number): string {
  const ms = Date.parse(iso) - now;
  if (Number.isNaN(ms)) return 'never';
  if (Math.abs(ms) < SECOND_MS) return 'now';
  const words = durationText(Math.trunc(Math.abs(ms) / SECOND_MS) * SECOND_MS);
  return ms > 0 ? `in ${words}` : `${words} ago`;
}

/** When a queued run is retried: `retry in 0.9 s`, `retry in 20 s`, `retry now`. */
export function retryText(iso: string, now: number): string {
  const ms = Date.parse(iso) - now;
  // One digit more: the first waits are often about a second.
  const isShort = ms >= 50 && ms < MINUTE_MS;
  return `retry ${isShort ? `in ${Number((ms / SECOND_MS).toFixed(1))} s` : distanceText(iso, now)}`;
}

/** A duration in its two largest units: `250 ms`, `3.2 s`, `4 min 12 s`, `2 h`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS - ROUNDED_UP_MS) return `${Number((ms / SECOND_MS).toFixed(1))} s`;
  if (ms < HOUR_MS) return inTwo(Math.max(ms, MINUTE_MS), [MINUTE_MS, 'min'], [SECOND_MS, 's']);
  if (ms < DAY_MS) return inTwo(ms, [HOUR_MS, 'h'], [MINUTE_MS, 'min']);
  return inTwo(ms, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

type Unit = readonly [ms: number, name: string];

function inTwo(ms: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const wholes = Math.floor(ms / largeMs);
  const rest = Math.floor((ms % largeMs) / smallMs);
  return rest === 0 ? `${wholes} ${large}` : `${wholes} ${large} ${rest} ${small}`;
}

/** A number and a noun: `1 job`, `3 jobs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

interface Budget {
  readonly failures: number;
  readonly of_last: number;
}

/** A failure budget in words. */
export function budgetText({ failures, of_last: ofLast }: Budget): string {
  if (failures === 1 && ofLast === 1) return '1 failed run';
  return failures === ofLast
    ? `${failures} failed runs in a row`
    : `${failures} failed runs of the last ${ofLast}`;
}
