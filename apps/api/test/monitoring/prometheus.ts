import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../src/testing/test-database.ts';
import { freePort } from '../../src/testing/test-process.ts';
import { ALERTS_FILE } from './ops-files.ts';

/** Debian has both in the package `prometheus`. */
export const isThere = (program: 'promtool' | 'prometheus'): boolean =>
  spawnSync(program, ['--version']).status === 0;

/** Runs promtool and returns its output. Throws on an error. */
export function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

const resultSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const rulesSchema = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) })),
  }),
});

export interface Prometheus {
  /**
   * The current values of an expression, one per series; NaN for a quotient or quantile without data. Throws
   * if it cannot be evaluated.
   */
  query(expression: string): Promise<readonly number[]>;
  /** The state of each rule by name: `ok` once it has been evaluated. */
  rules(): Promise<Readonly<Record<string, string>>>;
}

/** A real Prometheus that reads a server's metrics and our rules each second. Stopped with the test. */
export async function startPrometheus(targetUrl: string): Promise<Prometheus> {
  const folder = await temporaryFolder();
  const config = join(folder, 'prometheus.yml');
  const port = await freePort();
  const settings = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [ALERTS_FILE],
    scrape_configs: [{ job_name: 'greenvue', static_configs: [{ targets: [new URL(targetUrl).host] }] }],
  };
  // JSON is valid YAML.
  await writeFile(config, JSON.stringify(settings));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const prometheus: Prometheus = {
    query: async (expression) =>
      resultSchema
        .parse(await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`))
        .data.result.map(({ value: [, number] }) => Number(number)),
    rules: async () => {
      const { data } = rulesSchema.parse(await ask('/api/v1/rules'));
      const all = data.groups.flatMap(({ rules }) => rules);
      return Object.fromEntries(all.map(({ name, health }) => [name, health]));
    },
  };
  await expect.poll(() => prometheus.query('up{job="greenvue"} == 1').catch(() => [])).toHaveLength(1);
  return prometheus;
}
