import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Reads lines from a terminal until Ctrl-D, and shows none of them. */
export function readHidden(input: NodeJS.ReadableStream, onInterrupt: () => void): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The terminal is in raw mode meanwhile: it shows nothing by itself, and Ctrl-C is no signal.
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const typed: string[] = [];
  lines.on('line', (line) => typed.push(line));
  lines.on('SIGINT', onInterrupt);
  return new Promise((resolve) => void lines.once('close', () => resolve(typed.join('\n'))));
}
