import cliProgress from 'cli-progress';
import type { Screen } from '../../terminal/screen.ts';
import { showProgress } from '../../terminal/show-progress.ts';
import { cut } from '../../terminal/width.ts';
import { type Pace, type Progress, percentOf, progressText } from './progress-text.ts';

/** Shows the progress of a run beside its log. */
export interface ProgressView {
  update(progress: Progress, pace: Pace | undefined): void;
  /** Prints a line of the log above the bar. */
  log(line: string): void;
  /** Prints a line about the run above the bar, beside the progress. */
  note(line: string): void;
  /** Removes the bar. Idempotent. */
  stop(): void;
}

const BAR_COLUMNS = 24;

/** A bar on a terminal, otherwise a line for each quarter. Progress goes to `screen`, log lines to `log`. */
export function createProgressView(screen: Screen, log: Screen): ProgressView {
  return screen.columns === undefined ? quarterView(screen, log) : barView(screen, screen.columns, log);
}

function barView(screen: Screen, columns: number, log: Screen): ProgressView {
  let bars: cliProgress.MultiBar | undefined;
  let bar: cliProgress.SingleBar | undefined;
  return {
    update: (progress, pace) => {
      const text = progressText(progress, pace);
      bars ??= new cliProgress.MultiBar({
        stream: screen.stream,
        format: (options, params, payload: { readonly text: string }) =>
          lineOf({ progress: params.progress, columns, text: payload.text, options }),
        barsize: BAR_COLUMNS,
        clearOnComplete: true,
        forceRedraw: true,
      });
      // Without a total there is no bar, only text.
      const [done, total] = progress.total === null ? [0, 1] : [progress.done, progress.total];
      bar ??= bars.create(total, done, { text });
      bar.setTotal(total);
      bar.update(done, { text });
    },
    log: (line) => {
      // On the same terminal, the line goes above the bar, which is then redrawn.
      if (bars !== undefined && log.columns !== undefined) bars.log(`${line}\n`);
      else log.line(line);
    },
    note: (line) => {
      if (bars === undefined) screen.line(line);
      else bars.log(`${line}\n`);
    },
    stop: () => {
      // Shows lines that were logged since the last frame.
      bars?.update();
      bars?.stop();
      bars = undefined;
      bar = undefined;
    },
  };
}

interface BarLine {
  readonly progress: number;
  readonly columns: number;
  readonly text: string;
  readonly options: cliProgress.Options;
}

function lineOf({ progress, columns, text, options }: BarLine): string {
  return cut(`[${cliProgress.Format.BarFormat(progress, options)}] ${text}`, columns - 1);
}

function quarterView(screen: Screen, log: Screen): ProgressView {
  const show = showProgress(screen, 'Progress');
  return {
    update: ({ done, total }) => {
      if (total !== null) show(percentOf(done, total), 100);
    },
    log: (line) => log.line(line),
    note: (line) => screen.line(line),
    stop: () => undefined,
  };
}
