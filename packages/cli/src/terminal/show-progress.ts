/** The output of progress: stderr, so that stdout has only the result of a command. */
export interface ProgressScreen {
  /** Absent or false for a file or a pipe. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
const STEP_OF_A_FILE = 25;

/** Shows progress: a bar on a terminal, otherwise a line for each quarter. */
export function showProgress(screen: ProgressScreen, what: string): (done: number, total: number) => void {
  let shown = -1;
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    const step = screen.isTTY === true ? percent : percent - (percent % STEP_OF_A_FILE);
    if (step <= shown) return;
    shown = step;
    if (screen.isTTY !== true) screen.write(`${what}: ${step} %\n`);
    else screen.write(`\r${what} [${bar(step)}] ${String(step).padStart(3)} %${step === 100 ? '\n' : ''}`);
  };
}

function bar(percent: number): string {
  const full = Math.round((BAR_WIDTH * percent) / 100);
  return '#'.repeat(full) + '-'.repeat(BAR_WIDTH - full);
}
