import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { requireContestant } from './contestants.ts';
import { placeSchema } from './processes/place.ts';
import { type Figures, figuresSchema } from './report/figures.ts';

/** The input of a part's process. */
export const orderSchema = z.object({
  workload: z.string(),
  part: z.string(),
  contestant: z.string(),
  place: placeSchema,
  input: figuresSchema,
});

export type Order = Readonly<z.infer<typeof orderSchema>>;

/** The messages of a part's process. */
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('word'), word: z.string(), value: z.number() }),
  z.object({ kind: z.literal('result'), figures: figuresSchema }),
]);
export type Message = z.infer<typeof messageSchema>;

export interface RunningPart {
  /** Rejects if the process ends without a result. */
  readonly result: Promise<Figures>;
  /** Resolves with the value of this message when it arrives. */
  said(word: string): Promise<number>;
  kill(): Promise<void>;
}

/** From the npm package `bun`. */
const BUN = join(import.meta.dirname, '..', 'node_modules', 'bun', 'bin', 'bun.exe');

/** The timeout of a part: it fails its measurement, not the whole run. */
const DEADLINE_MS = 900_000;

export function startPart(order: Order): RunningPart {
  const { runtime, nodeOptions = [] } = requireContestant(order.contestant);
  const child = fork(join(import.meta.dirname, 'processes', 'child.ts'), [JSON.stringify(order)], {
    // Its output is discarded: results arrive as messages.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execPath: runtime === 'bun' ? BUN : process.execPath,
    execArgv: [...nodeOptions],
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const words = new Map<string, PromiseWithResolvers<number>>();
  const wordOf = (word: string) => {
    const known = words.get(word);
    if (known !== undefined) return known;
    const made = Promise.withResolvers<number>();
    // The process may end while no caller waits.
    made.promise.catch(() => undefined);
    words.set(word, made);
    return made;
  };
  const result = Promise.withResolvers<Figures>();
  result.promise.catch(() => undefined);
  const fail = (why: string) => {
    const error = new Error(`${order.contestant}, ${order.part} of ${order.workload}: ${why}`);
    result.reject(error);
    for (const word of words.values()) word.reject(error);
  };
  child.on('message', (raw) => {
    const { data: message } = messageSchema.safeParse(raw);
    // Fails this measurement, not the whole run.
    if (message === undefined) fail('sent an invalid message');
    else if (message.kind === 'word') wordOf(message.word).resolve(message.value);
    else result.resolve(message.figures);
  });
  child.once('exit', (code, signal) => {
    clearTimeout(deadline);
    fail(`ended with ${code ?? signal}`);
  });
  return {
    result: result.promise,
    said: (word) => wordOf(word).promise,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
