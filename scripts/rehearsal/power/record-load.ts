import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RecordedLoad {
  /** The environment that loads the layer. */
  readonly layer: Readonly<Record<string, string>>;
  readonly data: string;
  readonly log: string;
  /** The process kills itself after this many records. Undefined: it stops in order. */
  readonly stopAfter: number | undefined;
}

const ROUNDS = 150;

/** Runs the load in a process whose writes are recorded. */
export async function recordLoad({ layer, data, log, stopAfter }: RecordedLoad): Promise<void> {
  const env = {
    ...process.env,
    ...layer,
    RECORD_DIR: data,
    RECORD_FILE: log,
    RECORD_STOP_AFTER: String(stopAfter ?? 0),
  };
  const program = fileURLToPath(new URL('./load.ts', import.meta.url));
  const rounds = stopAfter === undefined ? ROUNDS : Number.MAX_SAFE_INTEGER;
  const child = spawn(process.execPath, [program, data, String(rounds)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The load ended with ${code ?? signal}.`);
}
