import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TypeLimitsOptions } from '../../src/index.ts';

export interface NodeProcess {
  /** The lines it has printed, and when (monotonic ms). */
  readonly lines: readonly { readonly line: string; readonly at: number }[];
  has(line: string): boolean;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** The exit code or the signal of its end. */
  readonly ended: Promise<number | string>;
}

/** Starts `node-child.ts`; resolves when it has joined the cluster. */
export async function startNodeProcess(
  url: string,
  options: {
    readonly places?: number;
    readonly maxStallMs?: number;
    readonly directUrl?: string;
    readonly limits?: TypeLimitsOptions;
  } = {},
): Promise<NodeProcess> {
  const { places = 1, maxStallMs = 60_000, directUrl = url } = options;
  const script = fileURLToPath(new URL('./node-child.ts', import.meta.url));
  const { limits } = options;
  const own = limits === undefined ? [] : [JSON.stringify(limits)];
  const args = [script, url, String(places), String(maxStallMs), directUrl, ...own];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: { line: string; at: number }[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push({ line, at: performance.now() }));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const first = await Promise.race([once(reader, 'line'), ended]);
  if (!Array.isArray(first)) throw new Error(`The node ended before it was ready: ${first}.`);
  return {
    lines,
    has: (line) => lines.some((printed) => printed.line.startsWith(line)),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}
