// Installs missing packages. Runs before the install on the Node that started npm (20 or newer), so it is
// plain JavaScript. Prints to stderr only: `npm run -s token` must print a token and nothing else.
// `--in=bench` installs the peers of the benchmarks instead, `--in=docs` what builds the site, and
// `--in=scripts/test-quality` what measures the tests.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = process.argv.find((argument) => argument.startsWith('--in='))?.slice('--in='.length);
const root = folder === undefined ? repository : join(repository, folder);
// A tree with development packages keeps them.
const production = process.argv.includes('--production') && !existsSync(join(root, 'node_modules', 'vitest'));
const stampFile = join(root, 'node_modules', '.greenvue-install.json');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

function installed() {
  if (!existsSync(stampFile)) return false;
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
  return stamp.lock === wanted && (production || !stamp.production);
}

if (!installed()) {
  process.stderr.write(`Installing ${production ? 'what the server needs' : 'packages'} (once) ...\n`);
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(production ? ['--omit=dev'] : [])];
  // The packages of the server and its tests need no install scripts, so none may run.
  // Of the benchmarks, those in `allowScripts` do; `npm run` hands down the setting of this repository.
  args.push(folder === 'bench' ? '--ignore-scripts=false' : '--ignore-scripts');
  const result = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write(
      'The install failed; see the lines above. Check the network and run the command again.\n',
    );
    process.exit(1);
  }
  writeFileSync(stampFile, JSON.stringify({ lock: wanted, production }));
}
