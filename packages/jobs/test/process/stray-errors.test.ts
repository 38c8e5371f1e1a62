import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('./stray-errors-child.ts', import.meta.url));

async function host(args: readonly string[], node: readonly string[] = [], options = '') {
  // Node 24 prints a warning about its SQLite on stderr.
  const flags = ['--disable-warning=ExperimentalWarning', ...node];
  const child = spawn(process.execPath, [...flags, CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: options },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, said, stderr };
}

it.each([
  ['rejection', 'boom', /Error: boom\n +at /],
  ['throw', 'boom', /Error: boom\n +at /],
  [
    'nothing',
    'A promise that nothing awaited was rejected with undefined.',
    /Error: A promise that nothing awaited was rejected with undefined\./,
  ],
  ['text', 'A callback threw out of paper.', /\nout of paper\n/],
])(
  'a stray error of no handler ends the process as without an engine, after a line with its message: %s',
  async (what, message, printed) => {
    const { code, said, stderr } = await host([what]);
    expect(code).toBe(1);
    const line = `@greenvue/jobs: nothing handles this error, so the process ends: ${message}\n`;
    expect(stderr.startsWith(line)).toBe(true);
    expect(said).toMatch(printed);
    expect(said).toContain('exit 1\n');
  },
);

it.each([
  ['rejection', 'unhandledRejection'],
  ['throw', 'uncaughtException'],
])('a host that hears such errors decides: %s', async (what, origin) => {
  const { code, said } = await host([what, 'heard']);
  expect({ code, said }).toEqual({ code: 0, said: `started\nhost heard Error: boom (${origin})\nexit 0\n` });
});

it.each([
  [['--unhandled-rejections=none'], ''],
  [['--unhandled-rejections', 'warn'], '--unhandled-rejections=strict'],
  [[], '--unhandled-rejections=warn'],
  [['--unhandled_rejections=warn'], ''],
])('a rejection of no handler ends no process that was told so: %s %s', async (node, options) => {
  const { code, said } = await host(['rejection'], node, options);
  expect(code).toBe(0);
  expect(said.includes('UnhandledPromiseRejectionWarning')).toBe(`${node} ${options}`.includes('warn'));
});

it('the command line counts more than the environment', async () => {
  const { code } = await host(['rejection'], ['--unhandled-rejections=throw'], '--unhandled-rejections=none');
  expect(code).toBe(1);
});
