/** One thing that must hold of a release. */
export interface Check {
  readonly name: string;
  /** Throws if it does not hold. May return a detail to show, such as a size. */
  run(): Promise<string | undefined> | string | undefined;
}

/** Runs all checks, one after another, and prints a line for each. Returns the names of the failed ones. */
export async function runChecks(checks: readonly Check[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of checks) {
    try {
      const detail = await run();
      process.stdout.write(`ok      ${name}${detail === undefined ? '' : `: ${detail}`}\n`);
    } catch (error) {
      failed.push(name);
      process.stdout.write(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return failed;
}
