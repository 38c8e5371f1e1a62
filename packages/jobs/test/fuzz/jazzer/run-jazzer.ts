import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Target, urlOf } from '../targets.ts';

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const JAZZER = fileURLToPath(import.meta.resolve('@jazzer.js/core/dist/cli.js'));
const REGISTER = new URL('register.mjs', import.meta.url).href;
const ENTRY = fileURLToPath(new URL('entry.mjs', import.meta.url));
/** Only the code under test guides the mutations, and counts as covered. */
const INSTRUMENTED = ['packages/jobs/src/', 'packages/cli/src/', 'apps/api/src/'];
/** Longer inputs rarely reach more code, and take longer. */
const LONGEST_INPUT = 4_096;
const LONGEST_RUN_S = 20;

export interface JazzerHow {
  /** New inputs go into the first folder. */
  readonly corpora: readonly string[];
  /** The folder for inputs that show a fault. */
  readonly found: string;
  readonly seconds: number;
  readonly seed: number;
  /** Adds inputs of the other folders that reach new code to the first one, and mutates none. */
  readonly isMerge?: boolean;
  /** Makes this mistake in the code under test. */
  readonly mistake?: string;
}

export interface Ended {
  /** False: an input showed a fault. */
  readonly isDone: boolean;
  readonly executions: number;
  /** Edges of the control flow that were reached, of the edges in the loaded modules. */
  readonly covered: number;
  readonly edges: number;
  /** The inputs that reach different code. */
  readonly inputs: number;
}

/** Runs Jazzer.js on a target in a process of its own, until the time is over or an input shows a fault. */
export async function runJazzer(target: Target, how: JazzerHow): Promise<Ended> {
  const child = spawn(process.execPath, argumentsOf(target, how), {
    cwd: ROOT,
    env: { ...process.env, FUZZ_TARGET: urlOf(target), FUZZ_MISTAKE: how.mistake ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let [executions, covered, inputs, edges] = [0, 0, 0, 0];
  const exit = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  const last: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    last.push(line);
    if (last.length > 30) last.shift();
    const [, count, cov, corpus] = /^#(\d+)\s.*\bcov: (\d+).*\bcorp: (\d+)/.exec(line) ?? [];
    executions = Math.max(
      executions,
      Number(count ?? 0),
      Number(/^Done (\d+) runs/.exec(line)?.[1] ?? 0),
      Number(/^stat::number_of_executed_units: (\d+)/.exec(line)?.[1] ?? 0),
    );
    covered = Number(cov ?? covered);
    inputs = Number(corpus ?? inputs);
    edges = Math.max(edges, edgesIn(line));
  }
  const code = await exit;
  if (code !== 0 && (await readdir(how.found)).length === 0)
    throw new Error(`Jazzer.js ended with code ${code}:\n${last.join('\n')}`);
  return { isDone: code === 0, executions, covered, edges, inputs };
}

/** Jazzer.js reserves 512 edges for CommonJS modules. There are none here, so these edges do not count. */
function edgesIn(line: string): number {
  return Number(/\((\d+) (?:PCs\)|inline)/.exec(line)?.[1] ?? 512) - 512;
}

function argumentsOf(
  { isAsync = false }: Target,
  { corpora, found, seconds, seed, isMerge = false }: JazzerHow,
): string[] {
  return [
    '--disable-warning=DEP0205',
    '--disable-warning=ExperimentalWarning',
    `--import=${REGISTER}`,
    JAZZER,
    ENTRY,
    ...corpora,
    ...(isAsync ? [] : ['--sync']),
    ...INSTRUMENTED.flatMap((part) => ['-i', part]),
    '-e',
    'node_modules',
    '--',
    `-seed=${seed}`,
    `-artifact_prefix=${found}/`,
    `-max_len=${LONGEST_INPUT}`,
    `-timeout=${LONGEST_RUN_S}`,
    '-print_final_stats=1',
    '-rss_limit_mb=4096',
    ...(isMerge ? ['-merge=1'] : [`-max_total_time=${seconds}`]),
  ];
}
