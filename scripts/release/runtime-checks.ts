import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { TESTED_PROGRAMS } from '../../packages/jobs/test/package/tested-programs.ts';
import { OLDEST_NODE } from '../package/published-manifest.ts';
import type { PostgresServer } from '../postgres/server.ts';
import type { Check } from './check.ts';
import { nodeBinary, TOOLS, toolBinary } from './tools.ts';

interface Runtime {
  readonly name: string;
  /** The program, and the arguments before a file. */
  command(): readonly [string, ...string[]];
}

const NODES = [OLDEST_NODE, '24.12.0', '26.12.1'];

const RUNTIMES: readonly Runtime[] = [
  ...NODES.map((version): Runtime => ({ name: `Node ${version}`, command: () => [nodeBinary(version)] })),
  { name: `Bun ${TOOLS.bun}`, command: () => [toolBinary('bun')] },
  {
    name: `Deno ${TOOLS.deno}`,
    command: () => [toolBinary('deno'), 'run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
  },
];

const PROGRAM_MS = 120_000;

/** Runs the programs of a project on each runtime. */
export function runtimeChecks(project: string, postgres: PostgresServer): readonly Check[] {
  return RUNTIMES.map((runtime) => runtimeCheck(project, postgres, runtime));
}

/** Runs the programs of a project that has the oldest versions of all peers, on the oldest Node. */
export function oldestPeersCheck(project: string, postgres: PostgresServer): Check {
  const name = `with the oldest peers, Node ${OLDEST_NODE}`;
  return runtimeCheck(project, postgres, { name, command: () => [nodeBinary(OLDEST_NODE)] });
}

function runtimeCheck(project: string, postgres: PostgresServer, { name, command }: Runtime): Check {
  return {
    name: `${name} runs the test programs`,
    run: async () => {
      const [program, ...args] = command();
      for (const { file, database, prints } of TESTED_PROGRAMS) {
        const id = `${name} ${file}`.replaceAll(/\W+/g, '_');
        const argument =
          database === 'sqlite' ? join(project, `${id}.db`) : await postgres.createDatabase(id);
        await requireOutput(project, [program, ...args, file, argument], prints);
      }
      return TESTED_PROGRAMS.map(({ file }) => file).join(', ');
    },
  };
}

/** Runs a command that prints JSON. Throws if it fails, or prints something else. */
export async function requireOutput(
  folder: string,
  [file, ...args]: readonly [string, ...string[]],
  expected: unknown,
): Promise<void> {
  const { stdout } = await promisify(execFile)(file, args, { cwd: folder, timeout: PROGRAM_MS });
  if (!isDeepStrictEqual(JSON.parse(stdout), expected)) {
    throw new Error(`${args.join(' ')} printed ${stdout}instead of ${JSON.stringify(expected)}`);
  }
}
