import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expectedOf } from '../../packages/jobs/test/package/tested-programs.ts';
import { makeEmptyProject } from '../package/empty-project.ts';
import { runTool } from '../package/run-tool.ts';
import { ROOT } from '../package/source-package.ts';
import type { Check } from './check.ts';
import { requireOutput } from './runtime-checks.ts';
import { toolBinary, typescriptBinary } from './tools.ts';

const COMPILERS = ['5.9.3', '6.0.3', '7.0.2'];
const TYPE_OPTIONS = [
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2023',
  '--types',
  'node',
];

/** Compilers and bundlers of users, in a project with all peers. */
export function hostChecks(project: string): readonly Check[] {
  return [
    ...COMPILERS.map((version) => ({
      name: `TypeScript ${version} compiles the types, in ES modules and in CommonJS`,
      run: () => compile(project, typescriptBinary(version)),
    })),
    { name: 'esbuild bundles a server that keeps the package outside', run: () => bundleServer(project) },
    { name: 'esbuild bundles the client for browsers', run: () => bundleClient(project) },
  ];
}

function compile(project: string, tsc: string): undefined {
  runTool([tsc, ...TYPE_OPTIONS, 'compiled/types.mts', 'compiled/types.cts'], { cwd: project });
}

async function bundleServer(project: string): Promise<undefined> {
  const external = ['--external:@greenvue/jobs', '--external:@greenvue/jobs/*'];
  const options = [
    '--bundle',
    '--splitting',
    '--platform=node',
    '--format=esm',
    '--outdir=bundled',
    '--out-extension:.js=.mjs',
  ];
  // A thread imports the file that hello.mjs becomes. Without splitting, it would import the whole server.
  esbuild(project, ['sqlite.mjs', 'shared/hello.mjs', ...external, ...options]);
  const command = [process.execPath, 'bundled/sqlite.mjs', join(project, 'bundled.db')] as const;
  await requireOutput(project, command, expectedOf('sqlite.mjs'));
  return undefined;
}

function bundleClient(project: string): undefined {
  esbuild(project, [
    'compiled/browser.mjs',
    '--bundle',
    '--platform=browser',
    '--outfile=bundled/browser.js',
  ]);
}

function esbuild(project: string, args: readonly string[]): void {
  runTool([toolBinary('esbuild'), ...args, '--log-level=error'], { cwd: project });
}

const NEXT = ['next@16', 'react@19', 'react-dom@19'];
const NEXT_PORT = 3977;
const START_MS = 30_000;

/** Next.js with the package as a server package: a route handler runs a job. */
export function nextCheck(folder: string, install: readonly string[]): Check {
  return {
    name: 'Next.js 16 runs a job in a route handler',
    run: async () => {
      const programs = join(ROOT, 'packages/jobs/test/package/next-app');
      makeEmptyProject({ folder, install: [...install, 'zod', ...NEXT], programs });
      const next = join(folder, 'node_modules/next/dist/bin/next');
      const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
      runTool([process.execPath, next, 'build'], { cwd: folder, env });
      const server = spawn(process.execPath, [next, 'start', '--port', String(NEXT_PORT)], {
        cwd: folder,
        env,
      });
      try {
        const answer = await answerOf(`http://127.0.0.1:${NEXT_PORT}/api/greet?name=Ann`);
        if (answer !== '{"hello":"Ann"}') throw new Error(`it answered ${answer}`);
      } finally {
        const ended = once(server, 'exit');
        server.kill();
        await ended;
      }
      return undefined;
    },
  };
}

/** The answer of a server that may still start. */
async function answerOf(url: string): Promise<string> {
  const giveUpAt = performance.now() + START_MS;
  for (;;) {
    try {
      const response = await fetch(url);
      return await response.text();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await setTimeout(200);
    }
  }
}
