import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Instance } from './instance.ts';
import type { Place } from './page.ts';

/** Simulates this many open consoles in a process (`clients.ts`). Returns a function that ends them. */
export async function openClients(
  { url, token }: Instance,
  { name }: Place,
  many: number,
): Promise<() => Promise<void>> {
  if (many === 0) return async () => undefined;
  const program = join(import.meta.dirname, 'clients.ts');
  const child = spawn(process.execPath, [program, `${url}/api`, token, name, String(many)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return async () => {
    if (child.exitCode !== null) throw new Error(`the clients ended with code ${child.exitCode}`);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
}
