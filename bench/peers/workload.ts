import type { Contestant, WorkloadName } from './contestant.ts';
import type { RunningPart } from './part.ts';
import type { Place } from './processes/place.ts';
import type { Figures } from './report/figures.ts';

/** A part of a measurement, in a process of its own. */
export type Part = (stage: Stage) => Promise<Figures>;

export interface Stage {
  readonly contestant: Contestant;
  readonly place: Place;
  readonly input: Figures;
  /** Sends a value to the measurement while the part still runs. */
  say(word: string, value: number): void;
}

/** The tools of a measurement. */
export interface Lab {
  readonly contestant: Contestant;
  readonly place: Place;
  /** The share of the full size: 1, or less for a trial. */
  readonly scale: number;
  /** Starts a part of the workload in its own process. */
  start(part: string, input: Figures): RunningPart;
}

export interface Column {
  readonly figure: string;
  readonly title: string;
  readonly unit: 'ms' | 'seconds' | 'each second' | 'share' | 'number';
  /** The figure with the longest wait: a value that reaches it means "not within". */
  readonly cap?: string;
  /** Has its own chart, as the first column always has. */
  readonly isPlotted?: true;
}

export interface Workload {
  readonly name: WorkloadName;
  readonly title: string;
  /** What the workload does, for readers of the table. */
  readonly what: string;
  /** The columns of the table. Contestants are compared by the first. */
  readonly columns: readonly [Column, ...Column[]];
  readonly better: 'more' | 'less';
  /** Another workload whose first figure is shown as a share of this one's. */
  readonly shareOf?: WorkloadName;
  /** The contestants it applies to; absent: all. */
  readonly only?: readonly string[];
  readonly parts: Readonly<Record<string, Part>>;
  measure(lab: Lab): Promise<Figures>;
}

/** Runs a part to its end. */
export async function complete(lab: Lab, part: string, input: Figures = {}): Promise<Figures> {
  return lab.start(part, input).result;
}

/** At least 1 at any scale. */
export function scaled(size: number, scale: number): number {
  return Math.max(1, Math.round(size * scale));
}
