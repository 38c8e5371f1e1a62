import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { type Env, ROOT, runInBash } from './shell.ts';

/** The fenced blocks of a language, under a heading or on a whole page, joined. */
export function blocksOf(
  page: string,
  { language, heading }: { language: string; heading?: string },
): string {
  const parts = page.split(/^## /m);
  const part = heading === undefined ? page : parts.find((text) => text.startsWith(`${heading}\n`));
  if (part === undefined) throw new Error(`the page has no section ${heading}`);
  const blocks = [...part.matchAll(/^```(\S+)(?: [^\n]*)?\n(.*?)^```$/gms)];
  return blocks.flatMap(([, name, code = '']) => (name === language ? [code] : [])).join('\n');
}

/** Runs a program of a guide, beside other files, in a folder where packages resolve as in the workspace. */
export async function startProgram(
  page: string,
  heading: string,
  files: Readonly<Record<string, string>> = {},
) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const port = String(await freePort());
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const program = blocksOf(page, { language: 'ts', heading }).replace('port: 3000', `port: ${port}`);
  writeFileSync(join(folder, 'example.ts'), program);
  const child = spawn(process.execPath, ['example.ts'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const printed: string[] = [];
  child.stdout.on('data', (chunk) => printed.push(String(chunk)));
  return { child, folder, port, url: `http://127.0.0.1:${port}`, printed: () => printed.join('') };
}

/** Runs a guide's commands, and returns the status of each curl in order. */
export async function statusesOf(commands: string, env: Env): Promise<string[]> {
  const file = join(await temporaryFolder(), 'statuses');
  const noting = `curl() { command curl -sS -w '%{stderr}%{http_code}\\n' "$@" 2>>${file}; }`;
  await runInBash(`${noting}\n${here(commands, env)}`, env);
  return readFileSync(file, 'utf8').match(/^\d{3}$/gm) ?? [];
}

const here = (commands: string, { PORT }: Env): string =>
  commands.replaceAll(/(localhost|127\.0\.0\.1):\d{4}/g, `$1:${PORT}`);
