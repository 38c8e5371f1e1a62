import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isFree } from '../../../scripts/postgres/server.ts';
import { TEST_MS } from '../../../scripts/test-deadlines.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { isAlive, runInBash, startNpm, until } from './shell.ts';

interface StartedCluster {
  readonly npm: ChildProcess;
  said(): string;
  /** PostgreSQL and the nodes, in this order. */
  readonly pids: readonly number[];
  /** The commands of its guide, in order. */
  readonly commands: readonly string[];
}

/** Below the ports that systems assign. */
async function firstOfThree(): Promise<string> {
  for (;;) {
    const first = 8_100 + Math.floor(Math.random() * 3_000);
    const free = await Promise.all([0, 1, 2].map((n) => isFree(first + n)));
    if (free.every(Boolean)) return String(first);
  }
}

async function startCluster(): Promise<StartedCluster> {
  const npm = startNpm({ DATA_DIR: await temporaryFolder(), PORT: await firstOfThree() }, 'cluster');
  let out = '';
  npm.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  await until('the cluster is up', () => out.includes('Ctrl-C here') || npm.exitCode !== null, TEST_MS);
  const pids = [...out.matchAll(/^(?:PostgreSQL|Node \d) +pid (\d+)/gm)].map(([, pid]) => Number(pid));
  expect(pids, out).toHaveLength(4);
  const commands = out.split('\n').filter((line) => /^(?:export|TOKEN|curl|kill|PORT)/.test(line));
  return { npm, said: () => out, pids, commands };
}

test('npm run cluster prints commands that work; when one node is killed, the others continue; Ctrl-C ends all', async () => {
  const { npm, said, pids, commands } = await startCluster();
  const typed = commands.filter((line) => !/ -N |sleep|npm start/.test(line));
  expect(typed.map((line) => line.split(/[ =]/)[0])).toEqual([
    'export',
    'TOKEN',
    'curl',
    'curl',
    'kill',
    'curl',
  ]);
  const printed = await runInBash(typed.join("\nprintf '\\n---\\n'\n"), {});
  const [, , stats, runs, , later] = printed.split('\n---\n');
  expect(JSON.parse(stats ?? '').nodes).toHaveLength(3);
  expect(JSON.parse(runs ?? '')).toHaveProperty('data');
  expect(JSON.parse(later ?? '').jobs).toMatchObject({ active: 3 });
  await until('the first node is gone', () => !isAlive(pids[1] ?? 0));
  await until('its end is printed', () =>
    said().includes(`(pid ${pids[1]}) has ended. The others continue.`),
  );

  const [settings = '', token = ''] = commands;
  // A token takes a second or two, so the looks share one.
  const made = await runInBash([settings, token, 'printf %s "$TOKEN"'].join('\n'), {});
  const curl = commands.find((line) => line.includes('/api/job-stats')) ?? '';
  const ask = async (command: string) => JSON.parse(await runInBash(command, { TOKEN: made }));
  await until('the others see two nodes', async () => (await ask(curl)).nodes.length === 2);
  const recent = curl.replace('/api/job-stats', '/api/runs?status=succeeded');
  const counted = async () => (await ask(recent)).data.length;
  const before = await counted();
  await until('the jobs continue', async () => (await counted()) > before);

  // The terminal signals the group, and npm passes the signal on.
  process.kill(-(npm.pid ?? 0), 'SIGINT');
  await once(npm, 'exit');
  expect(npm.exitCode).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test('npm run cluster that is killed leaves nothing behind, a frozen node neither; a port that is taken is named', async () => {
  const { npm, pids, said } = await startCluster();
  const [, port] = /127\.0\.0\.1:(\d+)\/docs/.exec(said()) ?? [];
  const second = startNpm({ DATA_DIR: await temporaryFolder(), PORT: String(port) }, 'cluster');
  await once(second, 'exit');
  expect(second.exitCode).toBe(1);

  process.kill(pids[2] ?? 0, 'SIGSTOP');
  process.kill(-(npm.pid ?? 0), 'SIGKILL');
  await until('all are gone', () => pids.every((pid) => !isAlive(pid)));
});
