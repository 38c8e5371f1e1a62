// `npm run rehearse -- upgrade [--from COMMIT]...`: a server of an earlier commit works, is killed, and today's
// server starts on its data, on SQLite. On PostgreSQL, nodes of both work beside each other, and each is killed
// in turn. The earlier version must then refuse the newer database. Needs the history of git.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../postgres/server.ts';
import { say } from './node.ts';
import { type EarlierVersion, isKnownCommit, unpackCommit } from './upgrade/earlier-version.ts';
import { upgradeNodes, upgradeServer } from './upgrade/upgrade-steps.ts';

/** States of the main branch, with the schemas of SQLite and PostgreSQL that each one introduced. */
const COMMITS = [
  'b97e662f', // the reasons of runs
  '33fa641e', // the pause of all jobs
  'bdb44c5a', // indexes of the audit log
  '62d34056', // expiry
  '2cfcbaab', // jobs in code
  '45919c0e', // chains
  'e0dc25e1', // limits of types
];

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { from: { type: 'string', multiple: true } },
});
const commits = values.from ?? COMMITS;
const unknown = commits.filter((commit) => !isKnownCommit(commit));
if (unknown.length > 0) {
  process.stderr.write(
    `git has no server of GreenVue at ${unknown.join(', ')}. Give a commit, such as --from ${COMMITS[0]}, or fetch the whole history.\n`,
  );
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'greenvue-upgrade-'));
let failures = 0;
try {
  for (const commit of commits) {
    const version = unpackCommit(commit, join(folder, commit));
    say(`\n${version.title}`);
    await attempt('SQLite', () => upgradeServer(version, join(folder, `${commit}-data`)));
    await attempt('PostgreSQL', () => onPostgres(version));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(failures === 0 ? '\nAll upgrades kept the promises.' : `\n${failures} failed.`);
process.exit(failures === 0 ? 0 : 1);

async function attempt(store: string, work: () => Promise<string>): Promise<void> {
  try {
    say(`  ${store}: ${await work()}`);
  } catch (error) {
    failures += 1;
    say(`  ${store}: FAILED: ${error instanceof Error ? error.stack : error}`);
  }
}

async function onPostgres(version: EarlierVersion): Promise<string> {
  const server = await startPostgres();
  try {
    return await upgradeNodes(version, await server.createDatabase('greenvue'));
  } finally {
    await server.stop();
  }
}
