import { createInterface } from 'node:readline/promises';

const YES = /^\s*y(es)?\s*$/i;

/**
 * Asks a yes-or-no question on a terminal. The question goes to stderr. Every answer except y and yes means
 * no.
 */
export function createAsk(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  onInterrupt: () => void,
): (question: string) => Promise<boolean> {
  return async (question) => {
    const lines = createInterface({ input, output });
    // The terminal is in raw mode meanwhile, where Ctrl-C is no signal.
    lines.on('SIGINT', () => {
      output.write('\n');
      onInterrupt();
    });
    // Ctrl-D.
    const closed = new Promise<undefined>((resolve) => {
      lines.once('close', () => resolve(undefined));
    });
    try {
      const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
      if (answer === undefined) output.write('\n');
      return YES.test(answer ?? '');
    } finally {
      lines.close();
    }
  };
}
