import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { LoadResult, OpenLoop } from './open-loop.ts';
import type { Seen } from './seen.ts';
import type { StreamLoad, StreamResult } from './stream-load.ts';

export const sendRequests = (load: OpenLoop): Promise<LoadResult> => runChild('requests-child.ts', load);
export const openStreams = (load: StreamLoad): Promise<StreamResult> => runChild('streams-child.ts', load);

async function runChild<T>(file: string, argument: object): Promise<T> {
  const child = start(file, [JSON.stringify(argument)]);
  const [said, [code]] = await Promise.all([textOf(child), once(child, 'close')]);
  if (code !== 0) throw new Error(`${file} ended with code ${code}`);
  return JSON.parse(said);
}

export interface Receiver {
  readonly url: string;
  seen(): Promise<Seen>;
  /** The ids of the runs that arrived. */
  ledger(): Promise<readonly string[]>;
  /** Whether alerts are answered. */
  set(mode: 'open' | 'close'): Promise<void>;
  stop(): void;
}

/** Starts the receiver in its own process. */
export async function startReceiver(): Promise<Receiver> {
  const child = start('receiver-child.ts', []);
  const [first] = child.stdout === null ? [] : await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${Number(String(first))}`;
  return {
    url,
    seen: async () => JSON.parse(await (await fetch(`${url}/seen`)).text()),
    ledger: async () => JSON.parse(await (await fetch(`${url}/ledger`)).text()),
    set: async (mode) => void (await (await fetch(`${url}/${mode}`)).text()),
    stop: () => void child.kill('SIGKILL'),
  };
}

function start(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

const textOf = (child: ChildProcess) => (child.stdout === null ? '' : text(child.stdout));
