/** Where progress is shown: stderr, so that stdout holds what a command gives and nothing else. */
export interface ProgressScreen {
  /** Absent or false when it is a file or a pipe. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
const STEP_OF_A_FILE = 25;

/** Shows how far work is: a bar that grows in place on a terminal, a line for each quarter elsewhere. */
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
