import { busyTimes, type MinuteSums } from './busy-times.ts';
import type { ForecastJob } from './forecast-job.ts';
import type { Forecast, ForecastJobRuns, ForecastType, ForecastWindow } from './forecast-result.ts';
import { MOST_CAUGHT_UP } from './minute-counts.ts';
import { MINUTE_MS } from './minute-window.ts';
import type { TypicalDurations } from './typical-durations.ts';

/** The most types, and the most tags, in a list. Those with the most runs come first. */
const MOST_LINES = 20;

/** The runs of one job: by step, and how many of them a pause holds back. */
interface JobSums {
  readonly job: ForecastJob;
  readonly bySteps: Map<number, number>;
  readonly minutes: number[];
  readonly add: (minute: number, runs: number) => void;
  runs: number;
  pausedRuns: number;
  firstMinute: number | undefined;
}

/** Adds up the runs of jobs, and makes the forecast of them. */
export class ForecastSums {
  readonly minutes: number;
  failed = 0;
  readonly #window: ForecastWindow;
  readonly #perStep: number;
  readonly #byMinute: MinuteSums;
  readonly #runs: Float64Array;
  readonly #busyMs: Float64Array;
  readonly #paused: Float64Array;
  readonly #types = new Map<string, Float64Array>();
  readonly #tags = new Map<string, Float64Array>();
  #pausedJobs = 0;
  readonly #listed: ForecastJobRuns[] = [];

  constructor(window: ForecastWindow) {
    this.#window = window;
    this.#perStep = window.stepMs / MINUTE_MS;
    this.minutes = window.steps * this.#perStep;
    this.#byMinute = { runs: new Float64Array(this.minutes), busyMs: new Float64Array(this.minutes) };
    this.#runs = new Float64Array(window.steps);
    this.#busyMs = new Float64Array(window.steps);
    this.#paused = new Float64Array(window.steps);
  }

  begin(job: ForecastJob): JobSums {
    const { from, pausedUntil = Number.NEGATIVE_INFINITY } = this.#window;
    const isPaused = job.status === 'paused';
    const own = isPaused ? (job.pause?.until ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
    const resumesAt = Math.max(own, pausedUntil);
    const bySteps = new Map<number, number>();
    const minutes: number[] = [];
    const ofJob: JobSums = {
      job,
      bySteps,
      minutes,
      runs: 0,
      pausedRuns: 0,
      firstMinute: undefined,
      add: (minute, runs) => {
        const step = Math.floor(minute / this.#perStep);
        ofJob.firstMinute ??= minute;
        if (from + minute * MINUTE_MS < resumesAt) {
          add(this.#paused, step, runs);
          ofJob.pausedRuns += runs;
          return;
        }
        minutes.push(minute, runs);
        bySteps.set(step, (bySteps.get(step) ?? 0) + runs);
        ofJob.runs += runs;
      },
    };
    return ofJob;
  }

  end(ofJob: JobSums, typicalMs: number | undefined): void {
    this.#catchUp(ofJob);
    const { job, bySteps, minutes, runs, pausedRuns, firstMinute } = ofJob;
    for (let n = 0; n < minutes.length; n += 2) {
      const minute = minutes[n] ?? 0;
      const begun = minutes[n + 1] ?? 0;
      add(this.#byMinute.runs, minute, begun);
      add(this.#byMinute.busyMs, minute, begun * (typicalMs ?? 0));
    }
    const lines = [lineOf(this.#types, job.type, this.#window)];
    for (const tag of job.tags ?? []) lines.push(lineOf(this.#tags, tag, this.#window));
    for (const [step, count] of bySteps) {
      add(this.#runs, step, count);
      add(this.#busyMs, step, count * (typicalMs ?? 0));
      for (const line of lines) add(line, step, count);
    }
    if (job.status === 'paused' || pausedRuns > 0) this.#pausedJobs += 1;
    const all = runs + pausedRuns;
    if (this.#window.listed === 0 || firstMinute === undefined || all === 0) return;
    const { id, name, type } = job;
    const firstAt = this.#window.from + firstMinute * MINUTE_MS;
    const entry = { id, name, type, runs: all, firstAt, isPaused: runs === 0 };
    this.#listed.push(typicalMs === undefined ? entry : { ...entry, typicalMs });
  }

  /** P6, catch-up: what a pause of all jobs holds back runs at its end. */
  #catchUp({ job, pausedRuns, add: addRuns }: JobSums): void {
    const { from, pausedUntil = Number.POSITIVE_INFINITY } = this.#window;
    const minute = Math.ceil((pausedUntil - from) / MINUTE_MS);
    if (pausedRuns === 0 || job.status === 'paused' || job.catchUp === 'skip' || minute >= this.minutes)
      return;
    addRuns(minute, job.catchUp === 'all' ? Math.min(pausedRuns, MOST_CAUGHT_UP) : 1);
  }

  result(of: {
    readonly total: number;
    readonly counted: number;
    readonly typical: TypicalDurations;
  }): Forecast {
    const { now, from, stepMs, listed } = this.#window;
    const counted = of.counted - this.failed;
    const scale = of.counted === 0 ? 1 : of.total / of.counted;
    const scaled = (values: Float64Array) => Array.from(values, (value) => Math.round(value * scale));
    const [runs, busyMs, paused] = [scaled(this.#runs), scaled(this.#busyMs), scaled(this.#paused)];
    const minutes = {
      runs: this.#byMinute.runs.map((value) => value * scale),
      busyMs: this.#byMinute.busyMs.map((value) => value * scale),
    };
    const busy = busyTimes(minutes, this.#window, this.#perStep);
    const lines = (kept: ReadonlyMap<string, Float64Array>) =>
      [...kept]
        .map(([name, values]) => ({ name, runs: sumOf(scaled(values)), bySteps: scaled(values) }))
        .filter((line) => line.runs > 0)
        .sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1))
        .slice(0, MOST_LINES);
    return {
      now,
      from,
      to: from + this.#window.steps * stepMs,
      stepMs,
      sampled: of.counted < of.total,
      jobs: of.total,
      jobsCounted: counted,
      jobsFailed: this.failed,
      runs: sumOf(runs),
      busyMs: sumOf(busyMs),
      paused: { jobs: Math.round(this.#pausedJobs * scale), runs: sumOf(paused) },
      steps: runs.map((count, n) => ({
        at: from + n * stepMs,
        runs: count,
        busyMs: busyMs[n] ?? 0,
        pausedRuns: paused[n] ?? 0,
        quietAt: busy.quietAt[n] ?? from + n * stepMs,
        hasClash: busy.hasClash[n] ?? false,
      })),
      types: lines(this.#types).map(({ name, ...line }) => withTypical({ type: name, ...line }, of.typical)),
      tags: lines(this.#tags).map(({ name, ...line }) => ({ tag: name, ...line })),
      runsPerMinute: busy.runsPerMinute,
      clashes: busy.clashes,
      quiet: busy.quiet,
      listed: this.#listed
        .sort((a, b) => b.runs - a.runs || a.firstAt - b.firstAt || (a.id < b.id ? -1 : 1))
        .slice(0, listed),
    };
  }
}

function withTypical(line: ForecastType, typical: TypicalDurations): ForecastType {
  const typicalMs = typical.ofType(line.type);
  return typicalMs === undefined ? line : { ...line, typicalMs };
}

function lineOf(lines: Map<string, Float64Array>, name: string, { steps }: ForecastWindow): Float64Array {
  const known = lines.get(name) ?? new Float64Array(steps);
  lines.set(name, known);
  return known;
}

function add(sums: Float64Array, index: number, value: number): void {
  sums[index] = (sums[index] ?? 0) + value;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
