// Asks the registry for known vulnerabilities of all packages in the lock files: `npm run -s audit`. Exit code 1
// if there is one. A registry without this service, such as a mirror, can't answer: then it says so, and passes.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The folders with a lock file, and whether a vulnerability there fails the check. */
const FOLDERS = new Map([
  ['.', true],
  ['docs', true],
  ['examples', true],
  ['examples/nextjs', true],
  ['scripts/test-quality', true],
  // Other systems, in the versions that the benchmarks compare; nothing here depends on them.
  ['bench', false],
]);

/** What npm says of one folder. */
async function audit(folder) {
  const npm = spawn('npm', ['audit', '--json', '--package-lock-only'], {
    cwd: join(root, folder),
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const printed = await text(npm.stdout);
  const answer = JSON.parse(printed);
  const { metadata, vulnerabilities = {}, message, error } = answer;
  if (metadata?.vulnerabilities === undefined) return { folder, fault: message || error?.summary || printed };
  const found = Object.values(vulnerabilities).flatMap(({ name, via }) =>
    via
      .filter((one) => typeof one === 'object')
      .map(({ severity, title, url }) => `${name}: ${severity}: ${title} (${url})`),
  );
  return { folder, found: [...new Set(found)], packages: metadata.dependencies?.total };
}

const answers = await Promise.all([...FOLDERS.keys()].map(audit));
for (const { folder, fault, found, packages } of answers) {
  if (fault !== undefined) {
    process.stdout.write(`${folder}: audit not available at this registry: ${fault}\n`);
    continue;
  }
  process.stdout.write(`${folder}: ${found.length} known vulnerabilities in ${packages} packages\n`);
  for (const line of found) process.stdout.write(`  ${line}\n`);
  if (found.length > 0 && FOLDERS.get(folder)) process.exitCode = 1;
}
