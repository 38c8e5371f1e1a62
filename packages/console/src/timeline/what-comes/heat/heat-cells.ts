import type { Forecast } from '@greenvue/jobs/client';
import type { Zone } from '../../../ui/clock/zone.tsx';

export type Step = Forecast['steps'][number];

/** One hour of a day as clocks show it. */
export interface HeatCell {
  /** Its start (ms). */
  readonly at: number;
  /** How long it lasts: 2 h where clocks go back. */
  readonly hours: number;
  readonly runs: number;
  readonly busyMs: number;
  readonly pausedRuns: number;
  /** The start of its quietest minute (RFC 3339). */
  readonly quietAt: string;
  readonly hasClash: boolean;
  /** 0: no run; 1 to {@link LEVELS}: its share of the busiest hour. */
  readonly level: number;
}

export interface HeatDay {
  readonly label: string;
  /** By hour of the day. Undefined: outside of the window, or left out as clocks go forward. */
  readonly cells: readonly (HeatCell | undefined)[];
}

export const LEVELS = 5;
export const HOURS_A_DAY = 24;

/** The steps of an hour each, by day and hour of the viewer's zone. */
export function heatDays(steps: readonly Step[], zone: Zone): readonly HeatDay[] {
  const most = Math.max(...steps.map(({ runs }) => runs), 1);
  const days = new Map<string, (HeatCell | undefined)[]>();
  for (const step of steps) {
    const at = Date.parse(step.at);
    const label = DAY[zone].format(at);
    const hour = hourOf(at, zone);
    const cells = days.get(label) ?? Array.from({ length: HOURS_A_DAY }, () => undefined);
    days.set(label, cells);
    cells[hour] = cellOf(step, cells[hour], most);
  }
  return [...days].map(([label, cells]) => ({ label, cells }));
}

/** Where clocks go back, two steps are the same hour of the day. */
function cellOf(step: Step, before: HeatCell | undefined, most: number): HeatCell {
  const runs = step.runs + (before?.runs ?? 0);
  return {
    at: before?.at ?? Date.parse(step.at),
    hours: (before?.hours ?? 0) + 1,
    runs,
    busyMs: step.busy_ms + (before?.busyMs ?? 0),
    pausedRuns: step.paused_runs + (before?.pausedRuns ?? 0),
    quietAt: before?.quietAt ?? step.quiet_at,
    hasClash: step.clash || before?.hasClash === true,
    level: levelOf(runs, most),
  };
}

/** Square roots keep small hours apart beside one that is much larger. */
function levelOf(runs: number, most: number): number {
  if (runs === 0) return 0;
  return Math.min(1 + Math.floor(Math.sqrt(runs / most) * LEVELS), LEVELS);
}

const DAY_PARTS = { weekday: 'short', day: 'numeric', month: 'short' } as const;
const DAY = {
  local: new Intl.DateTimeFormat('en-GB', DAY_PARTS),
  utc: new Intl.DateTimeFormat('en-GB', { ...DAY_PARTS, timeZone: 'UTC' }),
} as const;

function hourOf(at: number, zone: Zone): number {
  const date = new Date(at);
  return zone === 'utc' ? date.getUTCHours() : date.getHours();
}

/** "Tue 2 Dec" */
export function dayLabel(at: number, zone: Zone): string {
  return DAY[zone].format(at);
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A number in at most five characters, such as "999" and "1.2K". */
export function compactText(count: number): string {
  return COMPACT.format(count);
}

/** Cells in the shape in which they are drawn. */
export interface HeatTable {
  readonly columns: readonly string[];
  readonly rows: readonly HeatDay[];
}

/** A row for each day, or, where the screen is narrow, a column for each day. */
export function heatTable(days: readonly HeatDay[], isNarrow: boolean): HeatTable {
  const hours = Array.from({ length: HOURS_A_DAY }, (_, hour) => String(hour).padStart(2, '0'));
  if (!isNarrow) return { columns: hours, rows: days };
  return {
    columns: days.map(({ label }) => label),
    rows: hours.map((label, hour) => ({ label, cells: days.map(({ cells }) => cells[hour]) })),
  };
}

const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key leads to from the one at `at`; undefined if the key leads nowhere. */
export function cellAfter({ rows }: HeatTable, at: number, key: string): HeatCell | undefined {
  const row = rows.findIndex(({ cells }) => cells.some((cell) => cell?.at === at));
  const cells = rows[row]?.cells ?? [];
  if (key === 'Home') return cells.find((cell) => cell !== undefined);
  if (key === 'End') return cells.findLast((cell) => cell !== undefined);
  const move = MOVES[key];
  if (move === undefined) return undefined;
  const [down, right] = move;
  let [y, x] = [row + down, cells.findIndex((cell) => cell?.at === at) + right];
  // Passes over hours that are outside of the window.
  for (; rows[y] !== undefined && x >= 0 && x < cells.length; y += down, x += right) {
    const found = rows[y]?.cells[x];
    if (found !== undefined) return found;
  }
  return undefined;
}
