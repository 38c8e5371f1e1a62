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
  /** Tells the measurement something while the part still runs. */
  say(word: string, value: number): void;
}

/** What a measurement has. */
export interface Lab {
  readonly contestant: Contestant;
  readonly place: Place;
  /** Of the full size: 1 in earnest, less for a try. */
  readonly scale: number;
  /** Starts a part of the workload in a process of its own. */
  start(part: string, input: Figures): RunningPart;
}

export interface Column {
  readonly figure: string;
  readonly title: string;
  readonly unit: 'ms' | 'seconds' | 'each second' | 'share' | 'number';
  /** The figure that tells how long was waited at most: a value that reaches it means "not within". */
  readonly cap?: string;
  /** Has a chart of its own, as the first column always has. */
  readonly isPlotted?: true;
}

export interface Workload {
  readonly name: WorkloadName;
  readonly title: string;
  /** What is done, for a reader of the table. */
  readonly what: string;
  /** What the table shows; the first is what contestants are compared by. */
  readonly columns: readonly [Column, ...Column[]];
  readonly better: 'more' | 'less';
  /** Another workload whose first figure is shown as a share of this one's. */
  readonly shareOf?: WorkloadName;
  /** Contestants it makes sense for; absent: all. */
  readonly only?: readonly string[];
  readonly parts: Readonly<Record<string, Part>>;
  measure(lab: Lab): Promise<Figures>;
}

/** A part to the end. */
export async function complete(lab: Lab, part: string, input: Figures = {}): Promise<Figures> {
  return lab.start(part, input).result;
}

/** At least 1, whatever the scale. */
export function scaled(size: number, scale: number): number {
  return Math.max(1, Math.round(size * scale));
}
