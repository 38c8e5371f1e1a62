const SECOND_SIGNAL_MS = 1_000;
const KILLED = 130;

/**
 * Calls `stop` at the first SIGINT or SIGTERM, and ends the process once it is done. A later signal ends it
 * at once, but only after a second: npm passes Ctrl-C on while the terminal sends it as well, so two signals
 * come within a millisecond.
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
