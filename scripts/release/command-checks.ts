import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { runTool } from '../package/run-tool.ts';
import type { Check } from './check.ts';
import { toolFolder } from './tools.ts';

const HELP = 'USAGE\n  greenvue-jobs ';

/** The command `greenvue-jobs` of a project that has it, as people start it. */
export function commandChecks(project: string): readonly Check[] {
  return [
    {
      name: 'greenvue-jobs starts by its name and as npx @greenvue/jobs-cli',
      run: () => {
        for (const name of ['greenvue-jobs', '@greenvue/jobs-cli']) {
          requireHelp(runTool(['npx', '--no-install', name, '--help'], { cwd: project }));
        }
        return undefined;
      },
    },
    {
      name: 'greenvue-jobs gets the start scripts that npm writes on Windows',
      run: () => onWindows(project),
    },
  ];
}

/** npm reads the first line of the program, and writes a script a shell. Only the one for `sh` runs here. */
async function onWindows(project: string): Promise<undefined> {
  const program = join(project, 'node_modules/@greenvue/jobs-cli/lib/main.js');
  const bin = join(project, 'windows');
  mkdirSync(bin);
  await createRequire(toolFolder('cmd-shim'))('cmd-shim')(program, join(bin, 'greenvue-jobs'));
  const batch = readFileSync(join(bin, 'greenvue-jobs.cmd'), 'utf8');
  const call = '"%_prog%"  "%dp0%\\..\\node_modules\\@greenvue\\jobs-cli\\lib\\main.js" %*';
  if (!batch.includes(call)) throw new Error(`greenvue-jobs.cmd does not call Node:\n${batch}`);
  symlinkSync(process.execPath, join(bin, 'node.exe'));
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  requireHelp(runTool(['sh', join(bin, 'greenvue-jobs'), '--help'], { env }));
  return undefined;
}

function requireHelp(printed: string): void {
  if (!printed.startsWith(HELP)) throw new Error(`it printed ${printed}`);
}
