import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { EXPECTED } from '../../packages/jobs/test/package/expected.ts';
import { OLDEST_NODE } from '../package/published-manifest.ts';
import type { Check } from './check.ts';
import { nodeBinary, toolBinary } from './tools.ts';

interface Runtime {
  readonly name: string;
  /** The program, and the arguments before a file. */
  command(): readonly [string, ...string[]];
}

const NODES = [OLDEST_NODE, '24.12.0', '26.12.1'];

const RUNTIMES: readonly Runtime[] = [
  ...NODES.map((version): Runtime => ({ name: `Node ${version}`, command: () => [nodeBinary(version)] })),
  { name: 'Bun', command: () => [toolBinary('bun')] },
  {
    name: 'Deno',
    command: () => [toolBinary('deno'), 'run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
  },
];

const PROGRAM_MS = 60_000;

/** Runs each program of a project on each runtime. */
export function runtimeChecks(project: string): readonly Check[] {
  return RUNTIMES.flatMap((runtime) => programChecks(project, runtime));
}

/** Runs each program of a project that has the oldest versions of all peers, on the oldest Node. */
export function oldestPeersChecks(project: string): readonly Check[] {
  const name = `with the oldest peers, Node ${OLDEST_NODE}`;
  return programChecks(project, { name, command: () => [nodeBinary(OLDEST_NODE)] });
}

function programChecks(project: string, { name, command }: Runtime): readonly Check[] {
  return Object.entries(EXPECTED).map(([program, expected]) => ({
    name: `${name} runs ${program}`,
    run: async () => {
      const [file, ...args] = command();
      const database = join(project, `${name} ${program}.db`);
      await requireOutput(project, [file, ...args, program, database], expected);
      return undefined;
    },
  }));
}

/** Runs a command that prints JSON. Throws if it fails, or prints something else. */
export async function requireOutput(
  folder: string,
  [file, ...args]: readonly [string, ...string[]],
  expected: unknown,
): Promise<void> {
  const { stdout } = await promisify(execFile)(file, args, { cwd: folder, timeout: PROGRAM_MS });
  if (!isDeepStrictEqual(JSON.parse(stdout), expected)) throw new Error(`it printed ${stdout}`);
}
