/** The exit codes of the commands; docs/cli.md has the table for people. */
export const EXIT = {
  done: 0,
  /** The server refused, something failed, or the answer to a question was no. */
  failed: 1,
  usage: 2,
  noServer: 3,
  /** 401 or 403. */
  notAllowed: 4,
  notFound: 5,
  /** 409 or 412. */
  conflict: 6,
  /** A run that was followed did not succeed. */
  runFailed: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Ends a command with an exit code. The first line of the message says what is wrong, the others what to do.
 * It is safe to print.
 */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** An error in the command line or in a given file. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT.usage);
}
