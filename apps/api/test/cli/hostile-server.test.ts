import { once } from 'node:events';
import { createServer } from 'node:http';
import { createTestContext } from '@greenvue/jobs-cli/testing';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createGreenvue } from '../../src/cli/greenvue-application.ts';
import { GREENVUE_PROGRAM } from '../../src/cli/greenvue-program.ts';
import { listOf, partOf } from '../../src/testing/test-bodies.ts';
import { useGreenvue } from '../../src/testing/test-greenvue.ts';

// Nothing listens there: what sends mails fails.
const server = useGreenvue({ SMTP_URL: 'smtp://127.0.0.1:1' });

/** Clears the screen, turns the direction of what follows, ends the line, and is half an emoji. */
const EVIL = '\u001b[2J\u202e\u009b31m\n\r\ud83d\u2028';
const OBEYED = /[^\P{Cc}\n]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

const JOBS =
  '- { id: mails, name: N, type: send_notifications, interval: 1h }\n- { id: new, name: N, type: x, on_demand: true }\n';

type Mangle = (leaf: string | number | boolean) => unknown;

/** What a server says, with each text in it as `mangle` has it, and one more field in every object. */
function mangled(value: unknown, mangle: Mangle): unknown {
  if (Array.isArray(value)) return value.map((one) => mangled(one, mangle));
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, one]) => [name, mangled(one, mangle)]);
    return Object.fromEntries([...fields, [EVIL, EVIL]]);
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? mangle(value)
    : value;
}

/** Stands before a server, and mangles what it answers. */
async function startMangler(url: string, mangle: Mangle): Promise<string> {
  const mangler = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization = '', 'content-type': type } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(text === '' ? '' : JSON.stringify(mangled(JSON.parse(text), mangle)));
  });
  mangler.listen(0, '127.0.0.1');
  await once(mangler, 'listening');
  onTestFinished(() => void mangler.close());
  const address = mangler.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`;
}

/** A job that is paused and failing, and the run that failed. */
async function makeFailure(): Promise<string> {
  const greenvue = server();
  await greenvue.mailDue();
  const job = ['--name', 'M', '--type', 'send_notifications', '--interval', '1h', '--max-attempts', '1'];
  await greenvue.done('jobs', 'create', 'mails', ...job);
  await greenvue.run('jobs', 'run', 'mails', '--wait');
  await greenvue.done('jobs', 'pause', 'mails', '--reason', 'No mail server');
  const runs = listOf(await greenvue.json('runs', 'list', '--status', 'failed'), 'data');
  return String(partOf(runs[0], 'id'));
}

const commandsOn = (run: string): readonly string[] => [
  'jobs list',
  'jobs list --json',
  'jobs show mails',
  'jobs show mails --yaml',
  'jobs show nothing',
  'jobs preview --interval 1h',
  'jobs preview mails --interval 2h',
  'jobs apply -f jobs.yaml --dry-run',
  'jobs apply -f jobs.yaml',
  'jobs create mails --name M --type x --on-demand',
  'jobs edit mails --name Mails --interval 3h --yes',
  'jobs pause mails --until 2100-01-01T00:00:00Z',
  'jobs run mails',
  'jobs run mails --wait',
  'jobs resume mails',
  'runs list',
  `runs show ${run}`,
  `runs show ${run} --stacks`,
  `runs logs ${run}`,
  `runs logs ${run} --follow`,
  `runs cancel ${run}`,
  `runs retry ${run}`,
  'types',
  'types send_notifications',
  'stats',
  'audit',
];

test.each<[string, Mangle]>([
  ['its texts', (leaf) => (typeof leaf === 'string' ? `${EVIL}${leaf}${EVIL}` : leaf)],
  // Times and words are what they should be up to their end.
  ['all it says', (leaf) => (typeof leaf === 'string' ? `${leaf}${EVIL}` : EVIL)],
])(
  'no terminal obeys a server that has control characters in %s, whatever the command',
  async (_what, mangle) => {
    const commands = commandsOn(await makeFailure());
    const url = await startMangler(server().url, mangle);
    const printed: string[] = [];
    for (const words of commands) {
      const context = createTestContext({
        url,
        token: server().token,
        isPiped: true,
        program: GREENVUE_PROGRAM,
      });
      await run(createGreenvue(), words.split(' '), { ...context, readText: async () => JOBS });
      const text = `${context.out.written()}${context.err.written()}`;
      expect(text, words).not.toMatch(OBEYED);
      printed.push(text);
    }
    // Nearly all of them show something of what the server said.
    expect(printed.filter((text) => text.includes('\\u202e')).length).toBeGreaterThan(commands.length / 2);
  },
);
