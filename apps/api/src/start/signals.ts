const SECOND_SIGNAL_MS = 1_000;
const KILLED = 130;

/**
 * Calls `stop` at the first SIGINT or SIGTERM, then ends the process. A second signal ends it at once, but
 * only after a second: with npm, Ctrl-C arrives twice, from npm and from the terminal.
 */
export function stopOnSignals(stop: () => Promise<void>, failed: (error: unknown) => void): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          failed(error);
          process.exit(1);
        },
      );
    } else if (now - firstAt >= SECOND_SIGNAL_MS) process.exit(KILLED);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
