import { expect, test } from 'vitest';
import { CliError, EXIT } from '../../exit-code.ts';
import { readJobs, refuseTwins } from './read-jobs.ts';

function faultsOf(text: string): readonly string[] {
  try {
    refuseTwins(readJobs(text, 'jobs.yaml'));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    expect(error.exitCode).toBe(EXIT.usage);
    return error.message.split('\n');
  }
  throw new Error('there is no fault');
}

const idsOf = (text: string): readonly string[] => readJobs(text, 'jobs.yaml').map(({ id }) => id);

test.each([
  ['a job', 'id: a\nname: A'],
  ['a list', '- id: a\n  name: A'],
  ['a list under jobs', 'jobs:\n  - id: a\n    name: A'],
  ['JSON', '{ "jobs": [{ "id": "a", "name": "A" }] }'],
  ['JSON with tabs', '[\n\t{\n\t\t"id": "a",\n\t\t"name": "A"\n\t}\n]'],
  ['Windows lines', '- id: a\r\n  name: A\r\n'],
])('%s is taken', (_what, text) => {
  expect(readJobs(text, 'jobs.yaml')).toMatchObject([{ id: 'a', body: { id: 'a', name: 'A' } }]);
});

test('several documents are one, and each job knows its place', () => {
  const jobs = readJobs('id: a\n---\n- id: b\n- id: c\n---\n', 'jobs.yaml');
  expect(jobs.map(({ id, place }) => `${id} ${place}`)).toEqual([
    'a jobs.yaml:1',
    'b jobs.yaml:3',
    'c jobs.yaml:4',
  ]);
  expect(idsOf('')).toEqual([]);
  expect(idsOf('# nothing yet\n')).toEqual([]);
});

test('what jobs have in common can be said once', () => {
  const text = 'jobs:\n  - &base\n    id: a\n    timeout: 5m\n  - <<: *base\n    id: b\n';
  expect(readJobs(text, 'x').map(({ body }) => body)).toEqual([
    { id: 'a', timeout: '5m' },
    { id: 'b', timeout: '5m' },
  ]);
});

test('times and durations stay texts', () => {
  const [job] = readJobs('id: a\nrun_at: 2026-01-31T09:00:00Z\ninterval: 5m\nname: 2026-01-31', 'x');
  expect(job?.body).toEqual({
    id: 'a',
    run_at: '2026-01-31T09:00:00Z',
    interval: '5m',
    name: '2026-01-31',
  });
});

test.each([
  ['- id: a\n  name: "open\n', /^jobs\.yaml:\d+:\d+: .*quote/i],
  ['- id: a\n\tname: A\n', /^jobs\.yaml:2:\d+: .*tab/i],
  [
    '- id: a\n  cron: */5 * * * *\n',
    /^jobs\.yaml:2:\d+: .* needs quotes, such as cron: "\*\/5 \* \* \* \*"$/,
  ],
  ['- id: a\n  id: b\n', /^jobs\.yaml:2:\d+: .*unique/],
  ['- name: A\n', /^jobs\.yaml:1: the job has no id/],
  ['- id: 12\n', /^jobs\.yaml:1: the job has no id, or its id is not a text/],
  ['- just a text\n', /^jobs\.yaml:1: expected a job/],
  ['just a text\n', /^jobs\.yaml:1: expected a job, a list of jobs/],
  ['jobs: 5\n', /^jobs\.yaml:1: expected a job, a list of jobs/],
  [
    'jobs:\n  - id: a\nversion: 2\n',
    /^jobs\.yaml:1: jobs must be the only key here, but there is also version/,
  ],
  ['- id: a\n  payload: *nowhere\n', /^jobs\.yaml:1: .*nowhere/],
])('%j is refused with its place', (text, fault) => {
  const faults = faultsOf(text);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(fault);
});

test('every fault is told at once, twenty at most', () => {
  expect(faultsOf('- name: A\n- 5\n- id: good\n')).toHaveLength(2);
  const many = faultsOf('- name: A\n'.repeat(30));
  expect(many).toHaveLength(21);
  expect(many.at(-1)).toBe('and 10 more');
});

test('an id that appears twice is refused, with both places', () => {
  expect(faultsOf('- id: a\n- id: b\n---\n- id: a\n')).toEqual([
    'The id a appears twice: jobs.yaml:1, jobs.yaml:4. Keep one of the jobs.',
  ]);
});

test('aliases that would unfold without end are refused', () => {
  const bomb = Array.from({ length: 9 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
      : `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
  );
  expect(faultsOf(`id: a\npayload:\n${bomb.map((line) => `  ${line}`).join('\n')}\n`)[0]).toMatch(
    /^jobs\.yaml:1: /,
  );
});

test('what a file has for an id or a name is not obeyed by a terminal', () => {
  for (const fault of faultsOf('- id: "\\e[2J"\n- id: "\\e[2J"\n')) expect(fault).not.toContain('\u001b');
});
