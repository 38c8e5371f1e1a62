import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runHandler } from '@greenvue/jobs/testing';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../src/config/config.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { blocksOf, startProgram, statusesOf } from './guide-program.ts';
import { becomeOperator, startServer } from './operator.ts';
import { ROOT, runInBash, until } from './shell.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

async function environment() {
  return { DATA_DIR: await temporaryFolder(), PORT: String(await freePort()) };
}

test('the first five minutes of the README work as they stand', async () => {
  const env = await environment();
  await startServer(env);
  const commands = blocksOf(read('README.md'), { language: 'bash', heading: 'The first five minutes' });
  expect(await statusesOf(commands, env)).toEqual(['201', '200', '200', '202', '200', '204']);
});

test('the commands of the README for a terminal work as they stand', async () => {
  const env = await environment();
  await startServer(env);
  const commands = blocksOf(read('README.md'), { language: 'sh', heading: 'From the terminal' });
  const printed = await runInBash(commands, { ...env, GREENVUE_URL: `http://127.0.0.1:${env.PORT}` });
  expect(printed).toMatch(/\nState +ok\n(.*\n)*\+interval: 12h\n(.*\n)*Run \d+ succeeded after .*\n/);
});

test('a backup is put back as the guide says', async () => {
  const env = await environment();
  const server = await startServer(env);
  const before = await becomeOperator(env);
  const job = { name: 'A', type: 'update_search_index', on_demand: true };
  await before.ask('PUT', '/api/jobs/before', job);
  await runInBash('npm run -s backup', env);
  await before.ask('PUT', '/api/jobs/after', job);
  server.child.kill('SIGTERM');
  expect(await server.ended()).toBe(0);
  const command = blocksOf(read('docs/operations.md'), { language: 'sh', heading: 'Files and backups' });
  const backups = join(env.DATA_DIR, 'backups');
  const [backup = ''] = readdirSync(backups);
  const printed = await runInBash(command.replace(/data\/backups\/\S+/, join(backups, backup)), env);
  expect(printed).toMatch(/^Restored .*\n( .*\n)+Start the server now\./m);
  await startServer(env);
  expect((await before.ask('GET', '/api/jobs/before')).status).toBe(200);
  expect((await before.ask('GET', '/api/jobs/after')).status).toBe(404);
});

test.each([
  // An invalid body and a stale ETag; and a run may already have ended.
  { guide: 'docs/rest-api.md', refused: ['422', '412', '409', '409'] },
  { guide: 'docs/custom-job-types.md', refused: [] },
])('the commands of $guide work as they stand', async ({ guide, refused }) => {
  const env = await environment();
  await startServer(env);
  const statuses = await statusesOf(blocksOf(read(guide), { language: 'sh' }), env);
  const errors = statuses.filter((status) => status >= '400');
  expect(statuses.length - errors.length).toBeGreaterThanOrEqual(4);
  expect(refused.join(' ')).toContain(errors.join(' '));
});

test('the spans of docs/telemetry.md are printed as it says', async () => {
  const page = read('docs/telemetry.md');
  const collector = String(await freePort());
  const [printer = ''] = /^node -e '\n.*?'$/ms.exec(page) ?? [];
  const child = spawn('bash', ['-c', `exec ${printer.replace('4318', collector)}`], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const env = await environment();
  const [start = ''] = /^(OTEL_\S+ OTEL_\S+) npm start$/m.exec(page) ?? [];
  const settings = [...start.matchAll(/(OTEL_\w+)=(\S+)/g)].map(([, name, value = '']) => [name, value]);
  const traced = Object.fromEntries(
    settings.map(([name, value = '']) => [name, value.replace('4318', collector)]),
  );
  await startServer({ ...env, ...traced });
  const heading = 'In GreenVue';
  expect(await statusesOf(blocksOf(page, { language: 'bash', heading }), env)).toEqual(['201', '202']);
  const shape = (line: string) =>
    line.replaceAll(/\b(?!0af7651916cd43dd|b7ad6b7169203331)[0-9a-f]{16}\b/g, 'id').trim();
  const shown = blocksOf(page, { language: 'text', heading }).trim().split('\n').map(shape);
  await until('the spans are printed', () => {
    const lines = printed.split('\n').map(shape);
    return shown.every((line) => lines.includes(line)) || undefined;
  });
});

test('the first job of docs/embedding.md runs, and its runs that are enqueued', async () => {
  const page = read('docs/embedding.md');
  const [, first = ''] = /^```ts file=first-job.ts\n(.*?)^```$/ms.exec(page) ?? [];
  const [enqueue, wait] = ['Enqueue runs without a job', 'Wait for results'].map((heading) =>
    blocksOf(page, { language: 'ts', heading }),
  );
  const folder = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const end = 'console.log(updated); await jobs.stop();';
  writeFileSync(join(folder, 'first-job.ts'), [first, enqueue, wait, end].join('\n'));
  const child = spawn(process.execPath, ['first-job.ts'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(code).toBe(0);
  expect(printed.trim().split('\n').at(-1)).toBe('USD');
});

test('the handlers of docs/embedding.md for node:http and the Fetch API answer', async () => {
  const page = read('docs/embedding.md');
  const engine = blocksOf(page, { language: 'ts', heading: 'The first job' });
  const files = {
    'jobs.ts': `${engine}export { jobs };`,
    'api.ts': blocksOf(page, { language: 'ts', heading: 'The Fetch API' }),
  };
  const { child, url } = await startProgram(page, 'node:http and Express', files);
  const secret = { headers: { authorization: 'Bearer secret' } };
  await until('the program listens', async () => {
    const answer = await fetch(`${url}/api/jobs`, secret).catch(() => undefined);
    return answer?.status === 200;
  });
  expect((await fetch(`${url}/api/jobs`)).status).toBe(401);
  expect(await (await fetch(url)).text()).toBe('The rest of your app');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  const ask = `## Ask\n\`\`\`ts
import { handle } from './api.ts';
const { status } = await handle(new Request('http://localhost/api/jobs'));
console.log(status);
process.exit();\n\`\`\`\n`;
  const asked = await startProgram(ask, 'Ask', files);
  await once(asked.child, 'close');
  expect(asked.printed()).toBe('401\n');
});

test('the program of docs/monitoring.md has the metrics of jobs', async () => {
  const page = read('docs/monitoring.md');
  const { child, url } = await startProgram(page, 'Export the metrics');
  const metrics = await until('the program listens', async () => {
    const answer = await fetch(`${url}/metrics`).catch(() => undefined);
    return answer?.text();
  });
  expect(metrics).toContain('greenvue_job_database_up 1');
  expect(metrics).toContain('process_start_time_seconds');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('the shortest job type of docs/custom-job-types.md runs', async () => {
  const folder = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const page = read('docs/custom-job-types.md');
  const [, code = ''] = /^```ts file=send-report.ts\n(.*?)^```$/ms.exec(page) ?? [];
  const file = join(folder, 'send-report.ts');
  writeFileSync(file, code);
  const { sendReport } = await import(file);
  const sent: string[] = [];
  const mailer = { send: async (to: string, subject: string) => void sent.push(`${to}: ${subject}`) };
  expect((await runHandler(sendReport, { to: 'ann@example.com' }, { mailer })).result).toEqual({ sent: 1 });
  expect(sent).toEqual(['ann@example.com: The last 7 days']);
});

test('the dependencies of threads in docs/custom-job-types.md are created and closed', async () => {
  const folder = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const page = read('docs/custom-job-types.md');
  const [, code = ''] = /^```ts file=thread-deps.ts\n(.*?)^```$/ms.exec(page) ?? [];
  const file = join(folder, 'thread-deps.ts');
  writeFileSync(file, code);
  const { threadDeps } = await import(file);
  const made = threadDeps.with({ file: ':memory:' });
  const { database, close } = await made.create(made.data);
  expect(database.prepare('SELECT 1 AS one').get()).toMatchObject({ one: 1 });
  close();
  expect(database.isOpen).toBe(false);
});

test('docs/configuration.md names every variable with its default', () => {
  const usual = parseConfig({});
  if (!usual.ok) throw new Error(usual.faults.join('\n'));
  const rows = new Map(
    [...read('docs/configuration.md').matchAll(/^\| `([A-Z_]+)`(?:, `[A-Z_]+`)? +\| (.*?) +\|/gm)].map(
      ([, name, text]) => [name, text],
    ),
  );
  const source = read('apps/api/src/config/config.ts');
  const table = /const variables = z\.object\(\{\n(.*?)\n\}\);/s.exec(source)?.[1] ?? '';
  const names = [...table.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names.filter((known) => known !== 'DATABASE_DIRECT_URL')) {
    const line = new RegExp(`^ {2}${name}: (count|duration)\\('?([^,']+)'?,`, 'm').exec(table);
    expect(rows.get(name), name).toBeDefined();
    if (line) expect(rows.get(name), name).toContain(`\`${line[2]?.replaceAll('_', '')}\``);
  }
});
