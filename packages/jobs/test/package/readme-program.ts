import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

export interface ReadmeProgram {
  readonly project: string;
  /** The package whose README has the program. */
  readonly name: string;
  readonly port: number;
  /** Whether the program has done its work. Called again and again; may reject until then. */
  done(): Promise<unknown>;
}

/** Runs the program of a README until it is done, ends it with SIGTERM, and returns what it said. */
export async function runReadme({ project, name, port, done }: ReadmeProgram): Promise<string> {
  const readme = readFileSync(join(project, 'node_modules', name, 'README.md'), 'utf8');
  const [, program] = /^```js file=[^\n]*\n(.*?)^```/ms.exec(readme) ?? [];
  if (program === undefined) throw new Error(`The README of ${name} has no program.`);
  writeFileSync(join(project, 'readme.mjs'), program.replace('port: 3000', `port: ${port}`));
  const child = spawn(process.execPath, ['readme.mjs'], { cwd: project });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = once(child, 'exit');
  try {
    await expect.poll(() => done().catch(() => undefined)).toBeTruthy();
    child.kill();
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
  return said;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  await promisify(server.close.bind(server))();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
